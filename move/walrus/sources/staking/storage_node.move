/// A storage node's public details, and the capability with which it acts.
module walrus::storage_node;

use std::string::String;
use sui::bls12381::{Self, UncompressedG1};
use sui::group_ops::Element;
use walrus::event_blob::EventBlobAttestation;
use walrus::extended_field::{Self, ExtendedField};
use walrus::node_metadata::NodeMetadata;

// === Errors ===

/// The TLS key must be a compressed P-256 point of 33 bytes.
const EInvalidNetworkPublicKey: u64 = 0;

// === Constants ===

const NETWORK_KEY_LENGTH: u64 = 33;

// === Structs ===

/// Where and under which keys a node is reached; `node_id` is the id of its staking pool.
public struct StorageNodeInfo has store {
    name: String,
    node_id: ID,
    network_address: String,
    public_key: Element<UncompressedG1>,
    next_epoch_public_key: Option<Element<UncompressedG1>>,
    network_public_key: vector<u8>,
    metadata: ExtendedField<NodeMetadata>,
}

/// The right to act as the node: votes, reports, attestations.
public struct StorageNodeCap has key, store {
    id: UID,
    node_id: ID,
    last_epoch_sync_done: u32,
    last_event_blob_attestation: Option<EventBlobAttestation>,
    deny_list_root: u256,
    deny_list_sequence: u64,
    deny_list_size: u64,
}

// === Public functions ===

public fun id(info: &StorageNodeInfo): ID { info.node_id }

public fun node_id(cap: &StorageNodeCap): ID { cap.node_id }

/// Last epoch for which the node reported that it holds its shards.
public fun last_epoch_sync_done(cap: &StorageNodeCap): u32 { cap.last_epoch_sync_done }

public fun last_event_blob_attestation(cap: &StorageNodeCap): Option<EventBlobAttestation> {
    cap.last_event_blob_attestation
}

public fun deny_list_root(cap: &StorageNodeCap): u256 { cap.deny_list_root }

public fun deny_list_sequence(cap: &StorageNodeCap): u64 { cap.deny_list_sequence }

// === Package functions ===

/// Aborts with `EInvalidNetworkPublicKey`, or in `bls12381` if `public_key` is no point of G1.
public(package) fun new(
    name: String,
    node_id: ID,
    network_address: String,
    public_key: vector<u8>,
    network_public_key: vector<u8>,
    metadata: NodeMetadata,
    ctx: &mut TxContext,
): StorageNodeInfo {
    assert!(network_public_key.length() == NETWORK_KEY_LENGTH, EInvalidNetworkPublicKey);
    StorageNodeInfo {
        name,
        node_id,
        network_address,
        public_key: uncompressed(&public_key),
        next_epoch_public_key: option::none(),
        network_public_key,
        metadata: extended_field::new(metadata, ctx),
    }
}

public(package) fun new_cap(node_id: ID, ctx: &mut TxContext): StorageNodeCap {
    StorageNodeCap {
        id: object::new(ctx),
        node_id,
        last_epoch_sync_done: 0,
        last_event_blob_attestation: option::none(),
        deny_list_root: 0,
        deny_list_sequence: 0,
        deny_list_size: 0,
    }
}

/// The key the node signs with in the next epoch.
public(package) fun next_epoch_public_key(self: &StorageNodeInfo): &Element<UncompressedG1> {
    self.next_epoch_public_key.borrow_with_default(&self.public_key)
}

public(package) fun metadata(self: &StorageNodeInfo): NodeMetadata { *self.metadata.borrow() }

/// Takes the next key into use, if one was set.
public(package) fun rotate_public_key(self: &mut StorageNodeInfo) {
    if (self.next_epoch_public_key.is_some()) self.public_key = self.next_epoch_public_key.extract();
}

/// Aborts in `bls12381` if `public_key` is no point of G1.
public(package) fun set_next_public_key(self: &mut StorageNodeInfo, public_key: vector<u8>) {
    self.next_epoch_public_key = option::some(uncompressed(&public_key));
}

public(package) fun set_name(self: &mut StorageNodeInfo, name: String) { self.name = name; }

public(package) fun set_network_address(self: &mut StorageNodeInfo, network_address: String) {
    self.network_address = network_address;
}

/// Aborts with `EInvalidNetworkPublicKey`.
public(package) fun set_network_public_key(self: &mut StorageNodeInfo, network_public_key: vector<u8>) {
    assert!(network_public_key.length() == NETWORK_KEY_LENGTH, EInvalidNetworkPublicKey);
    self.network_public_key = network_public_key;
}

public(package) fun set_node_metadata(self: &mut StorageNodeInfo, metadata: NodeMetadata) {
    self.metadata.swap(metadata);
}

public(package) fun set_last_epoch_sync_done(cap: &mut StorageNodeCap, epoch: u32) {
    cap.last_epoch_sync_done = epoch;
}

public(package) fun set_last_event_blob_attestation(cap: &mut StorageNodeCap, attestation: EventBlobAttestation) {
    cap.last_event_blob_attestation = option::some(attestation);
}

public(package) fun set_deny_list_properties(cap: &mut StorageNodeCap, root: u256, sequence: u64, size: u64) {
    cap.deny_list_root = root;
    cap.deny_list_sequence = sequence;
    cap.deny_list_size = size;
}

// === Private functions ===

fun uncompressed(public_key: &vector<u8>): Element<UncompressedG1> {
    bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(public_key))
}

// === Test functions ===

#[test_only]
public fun public_key(self: &StorageNodeInfo): &Element<UncompressedG1> { &self.public_key }
