/// Sizes are those of encoding.md §12 and contracts.md §2.4.
#[test_only]
module walrus::encoding_tests;

use std::unit_test::assert_eq;
use walrus::encoding;
use walrus::redstuff;

const RS2: u8 = 1;

#[test]
fun sizes_at_ten_shards() {
    // f = 3, 4 x 7 source symbols of 2 bytes hold 56 bytes: 10 * (11 * 2 + 640 + 32).
    assert_eq!(encoding::encoded_blob_length(0, RS2, 10), 6_940);
    assert_eq!(encoding::encoded_blob_length(1, RS2, 10), 6_940);
    assert_eq!(encoding::encoded_blob_length(56, RS2, 10), 6_940);
    // One byte more needs symbols of 4 bytes: 10 * (11 * 4 + 640 + 32).
    assert_eq!(encoding::encoded_blob_length(57, RS2, 10), 7_160);
}

#[test]
fun sizes_at_thousand_shards() {
    assert_eq!(encoding::encoded_blob_length(1, RS2, 1000), 66_034_000);
    assert_eq!(encoding::encoded_blob_length(1_048_576, RS2, 1000), 70_038_000);
    assert_eq!(encoding::encoded_blob_length(1_073_741_824, RS2, 1000), 4_888_852_000);
    assert_eq!(encoding::encoded_blob_length(14_599_533_452, RS2, 1000), 65_663_566_000);
}

#[test]
fun source_symbols_follow_from_the_faulty_shards() {
    let (primary, secondary) = redstuff::source_symbols(4);
    assert_eq!(primary, 2);
    assert_eq!(secondary, 3);
    let (primary, secondary) = redstuff::source_symbols(1000);
    assert_eq!(primary, 334);
    assert_eq!(secondary, 667);
    let (primary, secondary) = redstuff::source_symbols(1);
    assert_eq!(primary, 1);
    assert_eq!(secondary, 1);
}

#[test, expected_failure(abort_code = encoding::EInvalidEncodingType)]
fun unknown_encoding_aborts() {
    encoding::encoded_blob_length(1, 0, 10);
}

#[test, expected_failure(arithmetic_error, location = walrus::redstuff)]
fun symbols_beyond_65534_bytes_abort() {
    // 334 * 667 source symbols of 65,534 bytes hold 14,599,533,452 bytes and no more.
    encoding::encoded_blob_length(14_599_533_453, RS2, 1000);
}

#[test, expected_failure(arithmetic_error, location = walrus::redstuff)]
fun no_shards_abort() {
    encoding::encoded_blob_length(1, RS2, 0);
}
