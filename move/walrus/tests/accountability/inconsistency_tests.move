/// Crossing mismatches. The blob is 20 times "walrus" (120 bytes) for 7 shards, encoded and hashed outside of these
/// contracts; in the inconsistent one the first bit of symbol (2, 5) was flipped before primary sliver 2 was hashed.
#[test_only]
module walrus::inconsistency_tests;

use std::unit_test::assert_eq;
use sui::bcs;
use sui::event;
use walrus::blob::Blob;
use walrus::blob_registry;
use walrus::events::InvalidBlobID;
use walrus::inconsistency::{Self, SymbolProof};
use walrus::test_network::{Self, Network};

const SIZE: u64 = 120;
const ROW: u16 = 2;
const COLUMN: u16 = 5;

/// Root of the inconsistent blob.
const ROOT: vector<u8> = x"cfd57779b41a6bfdf36abbfd1bc19ba3f355b056cac9038a90746e30db765229";
/// Root of the same blob as it should be.
const CONSISTENT_ROOT: vector<u8> = x"1ce1783cf71b24fc1e5a8c234387e60dcdc27b31e5d42d6e4c089181d3415cd3";

fun number(bytes: vector<u8>): u256 { bcs::new(bytes).peel_u256() }

/// Symbol (2, 5) as primary sliver 2 has it.
fun primary(): SymbolProof {
    inconsistency::new_symbol_proof(
        x"45a7b5376c8bee914b3ff5bb5696433cbac881b7853e61569db17467d0a83358",
        vector[
            x"1c31f51ec1fc41d82e582b08721d0c0fa3246cfd7711db9d611ed44d997156ee",
            x"b4289e4a18bd5c3d0d073589d9f53e5ed7338310b150d568c0d6c91b637ee08b",
            x"043081d203c96c1ad7db7c1f94cad0ee9e5a5c57b54a66a9daa7b9cd609e2340",
        ],
        x"2a266ff0727a45716024c4e61fed68d493f714d776ae74242f8339bf9fc3a97a",
        vector[
            x"d752e16b229b0b1b80d16e1ff10afc0daa85c87feb4a80df721dfa224a185699",
            x"3f555c3434724afbede649ef8a299799b67faeaa34e21bd0642c4682d84c1f1b",
            x"68eabc9376e9e0add73c2e3961ac0e978a6a63eb3612f29686905aee134422af",
        ],
    )
}

/// Symbol (2, 5) as secondary sliver 5 has it.
fun secondary(): SymbolProof {
    inconsistency::new_symbol_proof(
        x"ea63a21fa94ed59694aac3271693bd95202d776523d267f4d7f5c2fad2cf8e00",
        vector[
            x"b51a8b528de38e164ce6ce8dd6f97e2a638555e7d561b262d12eae7f8a4409bc",
            x"ebcbcdcc69fa291e921f0970df07a8ff26fe9f67ad6536c127fd209e297ba9fa",
            x"26260d663dc94167b20a0f974123440bcd442b12603871aeefff4530b351b37a",
        ],
        x"2488687c66e446e79972388d9e0358b7565d3ffebe32d6d2073d0c63dc1e86e0",
        vector[
            x"fa2a72bbe1fefac0e41e8c70babaff117d2757789b9d1e0ba75dd48724a6a516",
            x"78aa001538e7ad431b8bee14f0460f115807c176081233c61792c08c0d45dde4",
            x"68eabc9376e9e0add73c2e3961ac0e978a6a63eb3612f29686905aee134422af",
        ],
    )
}

/// The same two for the consistent blob.
fun consistent(): (SymbolProof, SymbolProof) {
    let primary = inconsistency::new_symbol_proof(
        x"ea63a21fa94ed59694aac3271693bd95202d776523d267f4d7f5c2fad2cf8e00",
        vector[
            x"1c31f51ec1fc41d82e582b08721d0c0fa3246cfd7711db9d611ed44d997156ee",
            x"b4289e4a18bd5c3d0d073589d9f53e5ed7338310b150d568c0d6c91b637ee08b",
            x"043081d203c96c1ad7db7c1f94cad0ee9e5a5c57b54a66a9daa7b9cd609e2340",
        ],
        x"2a266ff0727a45716024c4e61fed68d493f714d776ae74242f8339bf9fc3a97a",
        vector[
            x"d752e16b229b0b1b80d16e1ff10afc0daa85c87feb4a80df721dfa224a185699",
            x"3f555c3434724afbede649ef8a299799b67faeaa34e21bd0642c4682d84c1f1b",
            x"68eabc9376e9e0add73c2e3961ac0e978a6a63eb3612f29686905aee134422af",
        ],
    );
    let secondary = inconsistency::new_symbol_proof(
        x"ea63a21fa94ed59694aac3271693bd95202d776523d267f4d7f5c2fad2cf8e00",
        vector[
            x"b51a8b528de38e164ce6ce8dd6f97e2a638555e7d561b262d12eae7f8a4409bc",
            x"ebcbcdcc69fa291e921f0970df07a8ff26fe9f67ad6536c127fd209e297ba9fa",
            x"26260d663dc94167b20a0f974123440bcd442b12603871aeefff4530b351b37a",
        ],
        x"2488687c66e446e79972388d9e0358b7565d3ffebe32d6d2073d0c63dc1e86e0",
        vector[
            x"fa2a72bbe1fefac0e41e8c70babaff117d2757789b9d1e0ba75dd48724a6a516",
            x"0bd2008904b406e6b78773499f8f6f2481f9054a7c09ff147a26ac6011b38cae",
            x"68eabc9376e9e0add73c2e3961ac0e978a6a63eb3612f29686905aee134422af",
        ],
    );
    (primary, secondary)
}

/// A network of 7 shards in which the blob with this root is certified.
fun certified(root: vector<u8>, ctx: &mut TxContext): (Network, Blob) {
    let mut network = test_network::with_stakes(7, vector[1_000, 1_000, 1_000, 1_000], ctx);
    let mut blob = network.register_blob(number(root), SIZE, 3, false, ctx);
    network.certify_blob(&mut blob);
    (network, blob)
}

fun prove(network: &mut Network, root: vector<u8>, row: u16, column: u16, a: SymbolProof, b: SymbolProof): u256 {
    inconsistency::prove(network.system_mut(), number(root), 1, SIZE, row, column, a, b)
}

use fun prove as Network.prove;

/// Shows the inconsistent blob with these parts.
fun show(row: u16, column: u16, a: SymbolProof, b: SymbolProof) {
    let (mut network, blob) = certified(ROOT, &mut tx_context::dummy());
    network.prove(ROOT, row, column, a, b);
    blob.burn();
    network.destroy();
}

#[test]
fun mismatch_invalidates_the_blob() {
    let (mut network, blob) = certified(ROOT, &mut tx_context::dummy());
    let blob_id = network.prove(ROOT, ROW, COLUMN, primary(), secondary());
    assert_eq!(blob_id, blob.blob_id());
    assert!(network.system().is_blob_invalid(blob_id));
    assert!(network.system().live_blob(blob_id).is_none());
    assert_eq!(event::events_by_type<InvalidBlobID>().length(), 1);
    blob.burn();
    network.destroy();
}

#[test, expected_failure(abort_code = blob_registry::EInvalidatedBlobId)]
fun proven_blob_cannot_be_extended() {
    let (mut network, mut blob) = certified(ROOT, &mut tx_context::dummy());
    network.prove(ROOT, ROW, COLUMN, primary(), secondary());
    let (system, funds) = network.system_and_funds();
    system.extend_blob(&mut blob, 1, funds);
    abort
}

#[test, expected_failure(abort_code = inconsistency::ENotLive)]
fun blob_that_is_not_stored_aborts() {
    let ctx = &mut tx_context::dummy();
    let mut network = test_network::with_stakes(7, vector[1_000, 1_000, 1_000, 1_000], ctx);
    network.prove(ROOT, ROW, COLUMN, primary(), secondary());
    abort
}

#[test, expected_failure(abort_code = inconsistency::ENotLive)]
fun proof_counts_once() {
    let (mut network, _blob) = certified(ROOT, &mut tx_context::dummy());
    network.prove(ROOT, ROW, COLUMN, primary(), secondary());
    network.prove(ROOT, ROW, COLUMN, primary(), secondary());
    abort
}

#[test, expected_failure(abort_code = inconsistency::EConsistent)]
fun consistent_blob_aborts() {
    let (mut network, _blob) = certified(CONSISTENT_ROOT, &mut tx_context::dummy());
    let (a, b) = consistent();
    network.prove(CONSISTENT_ROOT, ROW, COLUMN, a, b);
    abort
}

#[test, expected_failure(abort_code = inconsistency::ENotCommitted)]
fun foreign_symbol_of_a_primary_sliver_aborts() {
    let (mut network, _blob) = certified(CONSISTENT_ROOT, &mut tx_context::dummy());
    let (_, b) = consistent();
    network.prove(CONSISTENT_ROOT, ROW, COLUMN, primary(), b);
    abort
}

#[test, expected_failure(abort_code = inconsistency::ENotCommitted)]
fun foreign_symbol_of_a_secondary_sliver_aborts() {
    let (a, _) = consistent();
    show(ROW, COLUMN, primary(), a);
}

#[test, expected_failure(abort_code = inconsistency::ENotCommitted)]
fun other_row_aborts() { show(ROW + 1, COLUMN, primary(), secondary()) }

#[test, expected_failure(abort_code = inconsistency::ENotCommitted)]
fun other_column_aborts() { show(ROW, COLUMN - 1, primary(), secondary()) }

#[test, expected_failure(abort_code = inconsistency::EIndexOutOfRange)]
fun row_beyond_the_shards_aborts() { show(7, COLUMN, primary(), secondary()) }

#[test, expected_failure(abort_code = inconsistency::EIndexOutOfRange)]
fun column_beyond_the_shards_aborts() { show(ROW, 7, primary(), secondary()) }

/// A digest that stands for nothing.
fun digest(): vector<u8> { vector::tabulate!(32, |_| 9) }

#[test, expected_failure(abort_code = inconsistency::EInvalidPath)]
fun inner_node_shown_as_a_symbol_aborts() {
    // Two siblings where three levels lie above the symbols.
    let short = vector[digest(), digest()];
    let full = vector[digest(), digest(), digest()];
    show(ROW, COLUMN, inconsistency::new_symbol_proof(digest(), short, digest(), full), secondary());
}

#[test, expected_failure(abort_code = inconsistency::EInvalidPath)]
fun inner_node_shown_as_a_pair_aborts() {
    let short = vector[digest(), digest()];
    let full = vector[digest(), digest(), digest()];
    show(ROW, COLUMN, inconsistency::new_symbol_proof(digest(), full, digest(), short), secondary());
}

#[test, expected_failure(abort_code = inconsistency::EInvalidPath)]
fun sibling_of_another_length_aborts() {
    let mut path = vector[digest(), digest(), digest()];
    path[1].push_back(0);
    let full = vector[digest(), digest(), digest()];
    show(ROW, COLUMN, inconsistency::new_symbol_proof(digest(), path, digest(), full), secondary());
}

#[test, expected_failure(abort_code = inconsistency::EInvalidPath)]
fun root_of_another_length_aborts() {
    let full = vector[digest(), digest(), digest()];
    show(ROW, COLUMN, inconsistency::new_symbol_proof(digest(), full, vector[], full), secondary());
}

#[test, expected_failure(abort_code = inconsistency::EInvalidPath)]
fun symbol_hash_of_another_length_aborts() {
    let full = vector[digest(), digest(), digest()];
    show(ROW, COLUMN, inconsistency::new_symbol_proof(vector[], full, digest(), full), secondary());
}
