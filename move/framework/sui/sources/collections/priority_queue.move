/// A queue that gives the entry of highest priority first: a binary heap in a vector.
module sui::priority_queue;

/// There is no entry to take.
const EPopFromEmptyHeap: u64 = 0;
/// Not as many values as priorities.
const EUnequalLengths: u64 = 1;

/// The children of entry `i` are `2i + 1` and `2i + 2`, and have no higher priority than it.
public struct PriorityQueue<T: drop> has drop, store { entries: vector<Entry<T>> }

public struct Entry<T: drop> has drop, store {
    priority: u64,
    value: T,
}

/// A queue of the entries, in linear time.
public fun new<T: drop>(mut entries: vector<Entry<T>>): PriorityQueue<T> {
    let mut i = entries.length() / 2;
    while (i > 0) {
        i = i - 1;
        sift_down(&mut entries, i);
    };
    PriorityQueue { entries }
}

/// Takes the entry of highest priority; of equals, an unspecified one. Aborts with `EPopFromEmptyHeap`.
public fun pop_max<T: drop>(pq: &mut PriorityQueue<T>): (u64, T) {
    assert!(!pq.entries.is_empty(), EPopFromEmptyHeap);
    let Entry { priority, value } = pq.entries.swap_remove(0);
    sift_down(&mut pq.entries, 0);
    (priority, value)
}

public fun insert<T: drop>(pq: &mut PriorityQueue<T>, priority: u64, value: T) {
    pq.entries.push_back(Entry { priority, value });
    let last = pq.entries.length() - 1;
    sift_up(&mut pq.entries, last)
}

public fun new_entry<T: drop>(priority: u64, value: T): Entry<T> { Entry { priority, value } }

/// Pairs of priorities and values. Aborts with `EUnequalLengths`.
public fun create_entries<T: drop>(mut p: vector<u64>, mut v: vector<T>): vector<Entry<T>> {
    let n = p.length();
    assert!(v.length() == n, EUnequalLengths);
    vector::tabulate!(n, |_| Entry { priority: p.remove(0), value: v.remove(0) })
}

/// All priorities, in the order of the heap.
public fun priorities<T: drop>(pq: &PriorityQueue<T>): vector<u64> { pq.entries.map_ref!(|entry| entry.priority) }

/// Moves entry `at` towards the root until its parent is no smaller.
fun sift_up<T: drop>(v: &mut vector<Entry<T>>, mut at: u64) {
    while (at > 0) {
        let parent = (at - 1) / 2;
        if (v[at].priority <= v[parent].priority) break;
        v.swap(at, parent);
        at = parent;
    }
}

/// Moves entry `at` towards the leaves until its children are no larger.
fun sift_down<T: drop>(v: &mut vector<Entry<T>>, mut at: u64) {
    let n = v.length();
    loop {
        let (left, right) = (at * 2 + 1, at * 2 + 2);
        let mut largest = at;
        if (left < n && v[left].priority > v[largest].priority) largest = left;
        if (right < n && v[right].priority > v[largest].priority) largest = right;
        if (largest == at) break;
        v.swap(at, largest);
        at = largest;
    }
}
