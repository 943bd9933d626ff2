/// Sizes of blobs under the supported encodings.
module walrus::encoding;

use walrus::redstuff;

// === Errors ===

/// The encoding type is not supported.
const EInvalidEncodingType: u64 = 0;

// === Constants ===

/// RedStuff over Reed-Solomon, the only encoding.
const RS2: u8 = 1;

// === Public functions ===

/// Bytes a blob of `unencoded_length` bytes occupies once encoded for `n_shards` shards: what storage is paid for.
///
/// Aborts with `EInvalidEncodingType` for any type but RS2, and on overflow for a blob that is too large.
public fun encoded_blob_length(unencoded_length: u64, encoding_type: u8, n_shards: u16): u64 {
    assert!(encoding_type == RS2, EInvalidEncodingType);
    redstuff::encoded_blob_length(unencoded_length, n_shards)
}
