#[test_only]
module std::vector_tests;

use std::unit_test::assert_eq;

#[test]
fun order_of_elements() {
    let mut v = vector[1, 2, 3];
    v.append(vector[4, 5]);
    assert_eq!(v, vector[1, 2, 3, 4, 5]);
    v.reverse();
    assert_eq!(v, vector[5, 4, 3, 2, 1]);
    assert_eq!(v.remove(1), 4);
    assert_eq!(v.swap_remove(0), 5);
    assert_eq!(v, vector[1, 3, 2]);
    v.insert(9, 1);
    assert_eq!(v, vector[1, 9, 3, 2]);
    assert_eq!(v.skip(1), vector[9, 3, 2]);
    assert_eq!(v.take(2), vector[1, 9]);
    assert_eq!(v.skip(4), vector[]);
}

#[test]
fun macros_visit_first_to_last() {
    let doubled = vector::tabulate!(4, |i| i).map!(|i| i * 2);
    assert_eq!(doubled, vector[0, 2, 4, 6]);
    assert_eq!(doubled.fold!(1, |acc, i| acc * 10 + i), 10246);
    assert_eq!(doubled.find_index!(|i| *i == 4), option::some(2));
    assert_eq!(doubled.find_indices!(|i| *i > 1), vector[1, 2, 3]);
    assert_eq!(doubled.count!(|i| *i > 1), 3);
    assert_eq!(doubled.take_while!(|i| *i < 4), vector[0, 2]);
    assert_eq!(doubled.skip_while!(|i| *i < 4), vector[4, 6]);
    let (big, small) = doubled.partition!(|i| *i > 3);
    assert_eq!(big, vector[4, 6]);
    assert_eq!(small, vector[0, 2]);
    let mut seen = vector[];
    vector[1u64, 2].zip_do_reverse!(vector[3, 4], |a, b| seen.push_back(a * 10 + b));
    assert_eq!(seen, vector[24, 13]);
    assert_eq!(vector[1u64, 2].zip_map!(vector[3, 4], |a, b| a * 10 + b), vector[13, 24]);
}

#[test]
fun both_sorts_are_stable() {
    let v = vector[31u64, 12, 30, 11, 20, 10, 32, 21];
    let mut merged = v;
    merged.merge_sort_by!(|a, b| *a / 10 <= *b / 10);
    assert_eq!(merged, vector[12, 11, 10, 20, 21, 31, 30, 32]);
    let mut inserted = v;
    inserted.insertion_sort_by!(|a, b| *a / 10 <= *b / 10);
    assert_eq!(inserted, merged);
    assert!(merged.is_sorted_by!(|a, b| *a / 10 <= *b / 10));
    assert!(!v.is_sorted_by!(|a, b| *a <= *b));
}

#[test, expected_failure]
fun take_more_than_there_is() { vector[1u8].take(2); }

#[test, expected_failure(abort_code = 0x20000, location = std::vector)]
fun remove_beyond_the_end() { vector[1u8].remove(1); }

// Tests of other packages name these constants, so their names are part of the interface.
#[test, expected_failure(abort_code = vector::EINDEX_OUT_OF_BOUNDS)]
fun removed_from_nothing() { vector<u8>[].remove(0); }

#[test, expected_failure(abort_code = option::EOPTION_NOT_SET)]
fun value_of_nothing() { option::none<u8>().destroy_some(); }

#[test, expected_failure(abort_code = option::EOPTION_IS_SET)]
fun nothing_of_a_value() { option::some(1u8).destroy_none(); }
