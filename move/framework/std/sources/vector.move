/// Growable arrays. The first eight functions are bytecode instructions.
#[defines_primitive(vector)]
module std::vector;

/// A position outside the vector.
const EINDEX_OUT_OF_BOUNDS: u64 = 0x20000;

public use fun std::string::utf8 as vector.to_string;
public use fun std::string::try_utf8 as vector.try_to_string;
public use fun std::ascii::string as vector.to_ascii_string;
public use fun std::ascii::try_string as vector.try_to_ascii_string;

#[bytecode_instruction]
public native fun empty<Element>(): vector<Element>;

#[bytecode_instruction]
public native fun length<Element>(v: &vector<Element>): u64;

/// Fails at run time when `i` is outside the vector.
#[syntax(index)]
#[bytecode_instruction]
public native fun borrow<Element>(v: &vector<Element>, i: u64): &Element;

#[bytecode_instruction]
public native fun push_back<Element>(v: &mut vector<Element>, e: Element);

/// Fails at run time when `i` is outside the vector.
#[syntax(index)]
#[bytecode_instruction]
public native fun borrow_mut<Element>(v: &mut vector<Element>, i: u64): &mut Element;

/// Fails at run time when the vector is empty.
#[bytecode_instruction]
public native fun pop_back<Element>(v: &mut vector<Element>): Element;

/// Fails at run time when the vector is not empty.
#[bytecode_instruction]
public native fun destroy_empty<Element>(v: vector<Element>);

/// Fails at run time when a position is outside the vector.
#[bytecode_instruction]
public native fun swap<Element>(v: &mut vector<Element>, i: u64, j: u64);

public fun singleton<Element>(e: Element): vector<Element> { vector[e] }

/// Turns the order round in place.
public fun reverse<Element>(v: &mut vector<Element>) {
    let n = v.length();
    (n / 2).do!(|i| v.swap(i, n - 1 - i));
}

/// Adds the elements of `other`, in their order, at the end of `lhs`.
public fun append<Element>(lhs: &mut vector<Element>, other: vector<Element>) {
    other.do!(|e| lhs.push_back(e));
}

public fun is_empty<Element>(v: &vector<Element>): bool { v.length() == 0 }

public fun contains<Element>(v: &vector<Element>, e: &Element): bool {
    let (found, _) = v.index_of(e);
    found
}

/// `(true, position)` of the first element equal to `e`, or `(false, 0)`.
public fun index_of<Element>(v: &vector<Element>, e: &Element): (bool, u64) {
    let n = v.length();
    let mut i = 0;
    while (i < n) {
        if (&v[i] == e) return (true, i);
        i = i + 1;
    };
    (false, 0)
}

/// Takes element `i` out and moves the later ones forward. Aborts with `EINDEX_OUT_OF_BOUNDS`.
public fun remove<Element>(v: &mut vector<Element>, i: u64): Element {
    let n = v.length();
    assert!(i < n, EINDEX_OUT_OF_BOUNDS);
    let mut at = i;
    while (at < n - 1) {
        v.swap(at, at + 1);
        at = at + 1;
    };
    v.pop_back()
}

/// Puts `e` at position `i` and moves the later ones back. Aborts with `EINDEX_OUT_OF_BOUNDS` when `i > length`.
public fun insert<Element>(v: &mut vector<Element>, e: Element, i: u64) {
    let n = v.length();
    assert!(i <= n, EINDEX_OUT_OF_BOUNDS);
    v.push_back(e);
    let mut at = n;
    while (at > i) {
        v.swap(at - 1, at);
        at = at - 1;
    }
}

/// Takes element `i` out and puts the last one in its place. Aborts with `EINDEX_OUT_OF_BOUNDS` when empty.
public fun swap_remove<Element>(v: &mut vector<Element>, i: u64): Element {
    assert!(!v.is_empty(), EINDEX_OUT_OF_BOUNDS);
    let last = v.length() - 1;
    v.swap(i, last);
    v.pop_back()
}

/// Without the first `n` elements; empty when there are fewer.
public fun skip<T: drop>(mut v: vector<T>, n: u64): vector<T> {
    let length = v.length();
    if (n >= length) return vector[];
    let mut kept = vector[];
    (length - n).do!(|_| kept.push_back(v.pop_back()));
    kept.reverse();
    kept
}

/// The first `n` elements. Aborts when there are fewer.
public fun take<T: drop>(mut v: vector<T>, n: u64): vector<T> {
    let length = v.length();
    assert!(n <= length);
    (length - n).do!(|_| { v.pop_back(); });
    v
}

/// The elements of the inner vectors, one after another.
public fun flatten<T>(v: vector<vector<T>>): vector<T> {
    let mut result = vector[];
    v.do!(|inner| result.append(inner));
    result
}

// === Macros: making and consuming ===

/// A vector of `n` elements; element `i` is `f(i)`.
public macro fun tabulate<$T>($n: u64, $f: |u64| -> $T): vector<$T> {
    let mut v = vector[];
    let n = $n;
    n.do!(|i| v.push_back($f(i)));
    v
}

/// Consumes the vector, giving every element to `f`, first to last.
public macro fun destroy<$T, $R: drop>($v: vector<$T>, $f: |$T| -> $R) {
    let v = $v;
    v.do!(|e| $f(e));
}

/// Consumes the vector, giving every element to `f`, first to last.
public macro fun do<$T, $R: drop>($v: vector<$T>, $f: |$T| -> $R) {
    let mut v = $v;
    v.reverse();
    let n = v.length();
    n.do!(|_| { $f(v.pop_back()); });
    v.destroy_empty();
}

/// Calls `f` with every element, first to last.
public macro fun do_ref<$T, $R: drop>($v: &vector<$T>, $f: |&$T| -> $R) {
    let v = $v;
    let n = v.length();
    n.do!(|i| { $f(v.borrow(i)); })
}

/// Calls `f` with a mutable reference to every element, first to last.
public macro fun do_mut<$T, $R: drop>($v: &mut vector<$T>, $f: |&mut $T| -> $R) {
    let v = $v;
    let n = v.length();
    n.do!(|i| { $f(v.borrow_mut(i)); })
}

/// The vector of `f` of every element.
public macro fun map<$T, $U>($v: vector<$T>, $f: |$T| -> $U): vector<$U> {
    let v = $v;
    let mut result = vector[];
    v.do!(|e| result.push_back($f(e)));
    result
}

/// The vector of `f` of a reference to every element.
public macro fun map_ref<$T, $U>($v: &vector<$T>, $f: |&$T| -> $U): vector<$U> {
    let v = $v;
    let mut result = vector[];
    v.do_ref!(|e| result.push_back($f(e)));
    result
}

/// The elements that satisfy `f`, in their order.
public macro fun filter<$T: drop>($v: vector<$T>, $f: |&$T| -> bool): vector<$T> {
    let v = $v;
    let mut result = vector[];
    v.do!(|e| if ($f(&e)) result.push_back(e));
    result
}

/// The elements that satisfy `f`, and those that do not.
public macro fun partition<$T>($v: vector<$T>, $f: |&$T| -> bool): (vector<$T>, vector<$T>) {
    let v = $v;
    let mut satisfying = vector[];
    let mut others = vector[];
    v.do!(|e| if ($f(&e)) satisfying.push_back(e) else others.push_back(e));
    (satisfying, others)
}

/// Takes elements from the front as long as they satisfy `f`.
public macro fun take_while<$T: drop>($v: vector<$T>, $f: |&$T| -> bool): vector<$T> {
    let v = $v;
    'taking: {
        let mut result = vector[];
        v.do!(|e| if ($f(&e)) result.push_back(e) else return 'taking result);
        result
    }
}

/// Leaves out elements from the front as long as they satisfy `f`.
public macro fun skip_while<$T: drop>($v: vector<$T>, $f: |&$T| -> bool): vector<$T> {
    let v = $v;
    let mut i = 0;
    while (i < v.length() && $f(&v[i])) i = i + 1;
    v.skip(i)
}

// === Macros: searching and folding ===

/// Position of the first element that satisfies `f`.
public macro fun find_index<$T>($v: &vector<$T>, $f: |&$T| -> bool): Option<u64> {
    let v = $v;
    'finding: {
        let n = v.length();
        n.do!(|i| if ($f(v.borrow(i))) return 'finding option::some(i));
        option::none()
    }
}

/// Positions of all elements that satisfy `f`.
public macro fun find_indices<$T>($v: &vector<$T>, $f: |&$T| -> bool): vector<u64> {
    let v = $v;
    let mut found = vector[];
    let n = v.length();
    n.do!(|i| if ($f(v.borrow(i))) found.push_back(i));
    found
}

/// How many elements satisfy `f`.
public macro fun count<$T>($v: &vector<$T>, $f: |&$T| -> bool): u64 {
    let v = $v;
    let mut count = 0;
    v.do_ref!(|e| if ($f(e)) count = count + 1);
    count
}

/// `f(… f(f(init, first), second) …, last)`.
public macro fun fold<$T, $Acc>($v: vector<$T>, $init: $Acc, $f: |$Acc, $T| -> $Acc): $Acc {
    let v = $v;
    let mut acc = $init;
    v.do!(|e| acc = $f(acc, e));
    acc
}

/// Whether an element satisfies `f`; looks no further than the first.
public macro fun any<$T>($v: &vector<$T>, $f: |&$T| -> bool): bool {
    let v = $v;
    'any: {
        v.do_ref!(|e| if ($f(e)) return 'any true);
        false
    }
}

/// Whether every element satisfies `f`; looks no further than the first that does not.
public macro fun all<$T>($v: &vector<$T>, $f: |&$T| -> bool): bool {
    let v = $v;
    'all: {
        v.do_ref!(|e| if (!$f(e)) return 'all false);
        true
    }
}

// === Macros: two vectors of the same length ===

/// Consumes both, giving the pairs to `f`, first to last. Aborts when the lengths differ.
public macro fun zip_do<$T1, $T2, $R: drop>($v1: vector<$T1>, $v2: vector<$T2>, $f: |$T1, $T2| -> $R) {
    let v1 = $v1;
    let mut v2 = $v2;
    v2.reverse();
    let length = v1.length();
    assert!(length == v2.length());
    v1.do!(|e1| { $f(e1, v2.pop_back()); });
    v2.destroy_empty();
}

/// Consumes both, giving the pairs to `f`, last to first. Aborts when the lengths differ.
public macro fun zip_do_reverse<$T1, $T2, $R: drop>($v1: vector<$T1>, $v2: vector<$T2>, $f: |$T1, $T2| -> $R) {
    let mut v1 = $v1;
    let mut v2 = $v2;
    let length = v1.length();
    assert!(length == v2.length());
    length.do!(|_| { $f(v1.pop_back(), v2.pop_back()); });
    v1.destroy_empty();
    v2.destroy_empty();
}

/// Calls `f` with references to the pairs, first to last. Aborts when the lengths differ.
public macro fun zip_do_ref<$T1, $T2, $R: drop>($v1: &vector<$T1>, $v2: &vector<$T2>, $f: |&$T1, &$T2| -> $R) {
    let v1 = $v1;
    let v2 = $v2;
    let length = v1.length();
    assert!(length == v2.length());
    length.do!(|i| { $f(&v1[i], &v2[i]); });
}

/// Calls `f` with mutable references to the pairs, first to last. Aborts when the lengths differ.
public macro fun zip_do_mut<$T1, $T2, $R: drop>(
    $v1: &mut vector<$T1>,
    $v2: &mut vector<$T2>,
    $f: |&mut $T1, &mut $T2| -> $R,
) {
    let v1 = $v1;
    let v2 = $v2;
    let length = v1.length();
    assert!(length == v2.length());
    length.do!(|i| { $f(&mut v1[i], &mut v2[i]); });
}

/// The vector of `f` of the pairs. Aborts when the lengths differ.
public macro fun zip_map<$T1, $T2, $U>($v1: vector<$T1>, $v2: vector<$T2>, $f: |$T1, $T2| -> $U): vector<$U> {
    let mut result = vector[];
    zip_do!($v1, $v2, |e1, e2| result.push_back($f(e1, e2)));
    result
}

/// The vector of `f` of references to the pairs. Aborts when the lengths differ.
public macro fun zip_map_ref<$T1, $T2, $U>($v1: &vector<$T1>, $v2: &vector<$T2>, $f: |&$T1, &$T2| -> $U): vector<$U> {
    let mut result = vector[];
    zip_do_ref!($v1, $v2, |e1, e2| result.push_back($f(e1, e2)));
    result
}

// === Macros: order ===

/// Sorts in place, keeping the order of equals. `le(a, b)` says whether `a` may stand before `b`. Quadratic.
public macro fun insertion_sort_by<$T>($v: &mut vector<$T>, $le: |&$T, &$T| -> bool) {
    let v = $v;
    let n = v.length();
    let mut i = 1;
    while (i < n) {
        let mut j = i;
        while (j > 0 && !$le(&v[j - 1], &v[j])) {
            v.swap(j - 1, j);
            j = j - 1;
        };
        i = i + 1;
    }
}

/// Sorts in place, keeping the order of equals. `le(a, b)` says whether `a` may stand before `b`. n log n comparisons.
public macro fun merge_sort_by<$T>($v: &mut vector<$T>, $le: |&$T, &$T| -> bool) {
    let v = $v;
    let n = v.length();
    let mut order = vector::tabulate!(n, |i| i);
    let mut width = 1;
    while (width < n) {
        let mut merged = vector[];
        let mut start = 0;
        while (start < n) {
            let middle = if (start + width < n) start + width else n;
            let end = if (middle + width < n) middle + width else n;
            let (mut left, mut right) = (start, middle);
            while (left < middle || right < end) {
                let from_left = right >= end || left < middle && $le(&v[order[left]], &v[order[right]]);
                if (from_left) {
                    merged.push_back(order[left]);
                    left = left + 1;
                } else {
                    merged.push_back(order[right]);
                    right = right + 1;
                }
            };
            start = end;
        };
        order = merged;
        width = width * 2;
    };
    // Brings every element to its place by following the cycles of the permutation.
    let mut at = 0;
    while (at < n) {
        let mut from = order[at];
        while (from < at) from = order[from];
        if (from != at) v.swap(at, from);
        at = at + 1;
    }
}

/// Whether `le` holds for all neighbours.
public macro fun is_sorted_by<$T>($v: &vector<$T>, $le: |&$T, &$T| -> bool): bool {
    let v = $v;
    'sorted: {
        let n = v.length();
        let mut i = 1;
        while (i < n) {
            if (!$le(&v[i - 1], &v[i])) return 'sorted false;
            i = i + 1;
        };
        true
    }
}
