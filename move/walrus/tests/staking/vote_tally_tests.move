/// Ten shards: a quorum is seven.
#[test_only]
module walrus::vote_tally_tests;

use std::unit_test::assert_eq;
use walrus::vote_tally;

#[test]
fun price_is_what_a_quorum_accepts() {
    // At most 30: 4 + 3 = 7 shards, a quorum. At most 20: 4 shards.
    let votes = vector[20, 50, 30];
    assert_eq!(vote_tally::quorum_below(votes, vector[4, 3, 3], 10), 30);
    // At most 30 is 6 shards only.
    assert_eq!(vote_tally::quorum_below(votes, vector[3, 4, 3], 10), 50);
}

#[test]
fun capacity_is_what_a_quorum_carries() {
    // At least 30: 3 + 3 = 6 shards; at least 20: all ten.
    let votes = vector[20, 50, 30];
    assert_eq!(vote_tally::quorum_above(votes, vector[4, 3, 3], 10), 20);
    // At least 30: 7 shards.
    assert_eq!(vote_tally::quorum_above(votes, vector[3, 4, 3], 10), 30);
}

#[test]
fun equal_votes_win() {
    assert_eq!(vote_tally::quorum_below(vector[5, 5, 5], vector[4, 3, 3], 10), 5);
    assert_eq!(vote_tally::quorum_above(vector[5, 5, 5], vector[4, 3, 3], 10), 5);
}

#[test]
fun no_votes_give_the_extremes() {
    assert_eq!(vote_tally::quorum_below(vector[], vector[], 10), 18_446_744_073_709_551_615);
    assert_eq!(vote_tally::quorum_above(vector[], vector[], 10), 0);
}

#[test]
fun quorum_is_two_thirds_and_one() {
    assert!(!vote_tally::is_quorum(10, 6));
    assert!(vote_tally::is_quorum(10, 7));
    assert!(!vote_tally::is_quorum(1000, 666));
    assert!(vote_tally::is_quorum(1000, 667));
}
