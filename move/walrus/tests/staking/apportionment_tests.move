/// Shards by stake. Quotients are stake / (seats + 1).
#[test_only]
module walrus::apportionment_tests;

use std::unit_test::assert_eq;
use std::uq64_64;
use walrus::apportionment;
use walrus::apportionment_queue;

fun without_limit(n_shards: u16, stakes: vector<u64>): vector<u16> {
    let limits = stakes.map_ref!(|_| n_shards);
    apportionment::dhondt(n_shards, &stakes, &limits)
}

#[test]
fun textbook_example() {
    // Eight seats for 100, 80, 30 and 20 thousand votes: D'Hondt gives 4, 3, 1, 0.
    assert_eq!(without_limit(8, vector[100_000, 80_000, 30_000, 20_000]), vector[4, 3, 1, 0]);
}

#[test]
fun equal_stakes_share_equally() {
    assert_eq!(without_limit(130, vector::tabulate!(13, |_| 1_000)), vector::tabulate!(13, |_| 10));
}

#[test]
fun first_listed_wins_a_tie() {
    assert_eq!(without_limit(5, vector[10, 10, 10]), vector[2, 2, 1]);
}

#[test]
fun one_node_gets_everything() {
    assert_eq!(without_limit(1000, vector[1]), vector[1000]);
}

#[test]
fun limit_sends_shards_to_the_others() {
    assert_eq!(apportionment::dhondt(10, &vector[1_000_000, 10, 10], &vector[4, 10, 10]), vector[4, 3, 3]);
}

#[test, expected_failure(abort_code = apportionment_queue::EPopFromEmptyHeap)]
fun limits_below_all_shards_abort() {
    apportionment::dhondt(10, &vector[5, 5], &vector[4, 5]);
}

#[test]
fun large_stakes_do_not_overflow() {
    // Two halves of the whole supply of 5 * 10^18 FROST.
    let half = 2_500_000_000_000_000_000;
    assert_eq!(without_limit(1000, vector[half, half]), vector[500, 500]);
}

#[test]
fun small_committees_may_hold_twice_the_even_share() {
    assert_eq!(apportionment::max_shards_per_node(4, 10), 5);
    assert_eq!(apportionment::max_shards_per_node(13, 130), 20);
    assert_eq!(apportionment::max_shards_per_node(19, 1000), 106);
    assert_eq!(apportionment::max_shards_per_node(1, 10), 20);
}

#[test]
fun large_committees_hold_at_most_a_tenth() {
    assert_eq!(apportionment::max_shards_per_node(20, 1000), 100);
    assert_eq!(apportionment::max_shards_per_node(150, 1000), 100);
}

#[test]
fun queue_returns_the_largest_first() {
    let mut queue = apportionment_queue::new<u8>();
    vector[3, 9, 1, 7, 5].do!(|n| queue.insert(uq64_64::from_int(n), 0, n as u8));
    vector[9u8, 7, 5, 3, 1].do!(|expected| {
        let (_, _, value) = queue.pop_max();
        assert_eq!(value, expected);
    });
}

#[test]
fun queue_breaks_ties() {
    let mut queue = apportionment_queue::new<u8>();
    vector[2, 3, 1].do!(|n| queue.insert(uq64_64::from_int(1), n, n as u8));
    vector[3u8, 2, 1].do!(|expected| {
        let (_, _, value) = queue.pop_max();
        assert_eq!(value, expected);
    });
}

#[test, expected_failure(abort_code = apportionment_queue::EPopFromEmptyHeap)]
fun empty_queue_aborts() {
    let mut queue = apportionment_queue::new<u8>();
    queue.pop_max();
}
