/// The messages storage nodes sign, and what the chain reads in them.
///
/// Layout: `type u8 | version u8 = 0 | app u8 = 3 | epoch u32 | body`, little endian, no length prefix.
module walrus::messages;

use sui::bcs::{Self, BCS};
use walrus::bls;

// === Errors ===

/// The message belongs to another application.
const EIncorrectAppId: u64 = 0;
/// The message is for another epoch.
const EIncorrectEpoch: u64 = 1;
/// The message is of another type than this call needs.
const EInvalidMsgType: u64 = 2;
/// The message has an unknown version.
const EIncorrectIntentVersion: u64 = 3;
/// The persistence tag is neither permanent (0) nor deletable (1).
const EInvalidBlobPersistenceType: u64 = 4;
/// The confirmation is for a permanent blob and names no object.
const ENotDeletable: u64 = 5;
/// A BLS public key must have 48 bytes.
const EInvalidKeyLength: u64 = 6;

// === Constants ===

const APP_ID: u8 = 3;
const INTENT_VERSION: u8 = 0;
const BLS_KEY_LENGTH: u64 = 48;

const PROOF_OF_POSSESSION: u8 = 0;
const BLOB_CERTIFICATE: u8 = 1;
const INVALID_BLOB_ID: u8 = 2;
const DENY_LIST_UPDATE: u8 = 4;
const DENY_LIST_BLOB_DELETED: u8 = 5;
const PROTOCOL_VERSION: u8 = 6;

// === Structs ===

/// What a new node signs to show that it holds its BLS key.
public struct ProofOfPossessionMessage has drop {
    epoch: u32,
    sui_address: address,
    bls_key: vector<u8>,
}

/// A message whose aggregate signature was verified; `stake_support` is the signers' weight in shards.
public struct CertifiedMessage has drop {
    intent_type: u8,
    intent_version: u8,
    cert_epoch: u32,
    message: vector<u8>,
    stake_support: u16,
}

/// Whether the certified blob can be deleted, and if so which object holds it.
public enum BlobPersistenceType has copy, drop {
    Permanent,
    Deletable { object_id: ID },
}

/// Body of type 1: the signers store the blob.
public struct CertifiedBlobMessage has drop {
    blob_id: u256,
    blob_persistence_type: BlobPersistenceType,
}

/// Body of type 2: the blob is not a codeword.
public struct CertifiedInvalidBlobId has drop {
    blob_id: u256,
}

/// Body of type 4: a node's list of blobs it does not serve.
public struct DenyListUpdateMessage has drop {
    storage_node_id: ID,
    deny_list_sequence_number: u64,
    deny_list_size: u64,
    deny_list_root: u256,
}

/// Body of type 5: a denied blob was deleted.
public struct DenyListBlobDeleted has drop {
    blob_id: u256,
}

/// Body of type 6: the nodes speak `protocol_version` from `start_epoch` on.
public struct ProtocolVersionMessage has drop {
    start_epoch: u32,
    protocol_version: u64,
}

// === Proof of possession ===

/// Aborts with `EInvalidKeyLength` unless the key has 48 bytes.
public(package) fun new_proof_of_possession_msg(
    epoch: u32,
    sui_address: address,
    bls_key: vector<u8>,
): ProofOfPossessionMessage {
    assert!(bls_key.length() == BLS_KEY_LENGTH, EInvalidKeyLength);
    ProofOfPossessionMessage { epoch, sui_address, bls_key }
}

/// Whether the proof is signed by the key it names.
public(package) fun verify_proof_of_possession(self: &ProofOfPossessionMessage, signature: vector<u8>): bool {
    bls::verify(&signature, &self.bls_key, &self.to_bytes())
}

/// The signed bytes: header, address, and the 48 key bytes without a length.
public(package) fun to_bytes(self: &ProofOfPossessionMessage): vector<u8> {
    let mut bytes = vector[PROOF_OF_POSSESSION, INTENT_VERSION, APP_ID];
    bytes.append(bcs::to_bytes(&self.epoch));
    bytes.append(self.sui_address.to_bytes());
    bytes.append(self.bls_key);
    bytes
}

// === Certified messages ===

/// Reads the header of a message signed for `committee_epoch` by members holding `stake_support` shards.
/// Aborts with `EIncorrectIntentVersion`, `EIncorrectAppId` or `EIncorrectEpoch`, in this order.
public(package) fun new_certified_message(
    message: vector<u8>,
    committee_epoch: u32,
    stake_support: u16,
): CertifiedMessage {
    let mut reader = bcs::new(message);
    let intent_type = reader.peel_u8();
    let intent_version = reader.peel_u8();
    assert!(intent_version == INTENT_VERSION, EIncorrectIntentVersion);
    assert!(reader.peel_u8() == APP_ID, EIncorrectAppId);
    let cert_epoch = reader.peel_u32();
    assert!(cert_epoch == committee_epoch, EIncorrectEpoch);
    CertifiedMessage { intent_type, intent_version, cert_epoch, message: reader.into_remainder_bytes(), stake_support }
}

/// Aborts with `EInvalidMsgType`, or `EInvalidBlobPersistenceType` for an unknown tag.
public(package) fun certify_blob_message(message: CertifiedMessage): CertifiedBlobMessage {
    let mut body = message.into_body(BLOB_CERTIFICATE);
    let blob_id = body.peel_u256();
    CertifiedBlobMessage { blob_id, blob_persistence_type: peel_persistence(&mut body) }
}

/// Aborts with `EInvalidMsgType`.
public(package) fun invalid_blob_id_message(message: CertifiedMessage): CertifiedInvalidBlobId {
    let mut body = message.into_body(INVALID_BLOB_ID);
    CertifiedInvalidBlobId { blob_id: body.peel_u256() }
}

/// Aborts with `EInvalidMsgType`.
public(package) fun deny_list_update_message(message: CertifiedMessage): DenyListUpdateMessage {
    let mut body = message.into_body(DENY_LIST_UPDATE);
    DenyListUpdateMessage {
        storage_node_id: body.peel_address().to_id(),
        deny_list_sequence_number: body.peel_u64(),
        deny_list_size: body.peel_u64(),
        deny_list_root: body.peel_u256(),
    }
}

/// Aborts with `EInvalidMsgType`.
public(package) fun deny_list_blob_deleted_message(message: CertifiedMessage): DenyListBlobDeleted {
    let mut body = message.into_body(DENY_LIST_BLOB_DELETED);
    DenyListBlobDeleted { blob_id: body.peel_u256() }
}

/// Aborts with `EInvalidMsgType`.
public(package) fun protocol_version_message(message: CertifiedMessage): ProtocolVersionMessage {
    let mut body = message.into_body(PROTOCOL_VERSION);
    ProtocolVersionMessage { start_epoch: body.peel_u32(), protocol_version: body.peel_u64() }
}

/// The confirmation of a permanent blob, for blobs the chain itself certifies.
public(package) fun certified_permanent_blob(blob_id: u256): CertifiedBlobMessage {
    CertifiedBlobMessage { blob_id, blob_persistence_type: BlobPersistenceType::Permanent }
}

// === Getters ===

public(package) fun certified_blob_id(self: &CertifiedBlobMessage): u256 { self.blob_id }

public(package) fun blob_persistence_type(self: &CertifiedBlobMessage): BlobPersistenceType {
    self.blob_persistence_type
}

public(package) fun is_deletable(self: &BlobPersistenceType): bool {
    match (self) {
        BlobPersistenceType::Permanent => false,
        BlobPersistenceType::Deletable { .. } => true,
    }
}

/// Aborts with `ENotDeletable` for a permanent blob.
public(package) fun object_id(self: &BlobPersistenceType): ID {
    match (self) {
        BlobPersistenceType::Permanent => abort ENotDeletable,
        BlobPersistenceType::Deletable { object_id } => *object_id,
    }
}

public(package) fun invalid_blob_id(self: &CertifiedInvalidBlobId): u256 { self.blob_id }

public(package) fun storage_node_id(self: &DenyListUpdateMessage): ID { self.storage_node_id }

public(package) fun sequence_number(self: &DenyListUpdateMessage): u64 { self.deny_list_sequence_number }

public(package) fun size(self: &DenyListUpdateMessage): u64 { self.deny_list_size }

public(package) fun root(self: &DenyListUpdateMessage): u256 { self.deny_list_root }

public(package) fun deleted_blob_id(self: &DenyListBlobDeleted): u256 { self.blob_id }

public(package) fun start_epoch(self: &ProtocolVersionMessage): u32 { self.start_epoch }

public(package) fun protocol_version(self: &ProtocolVersionMessage): u64 { self.protocol_version }

// === Private functions ===

/// The unread body of a message of the expected type.
fun into_body(message: CertifiedMessage, expected_type: u8): BCS {
    let CertifiedMessage { intent_type, message: body, .. } = message;
    assert!(intent_type == expected_type, EInvalidMsgType);
    bcs::new(body)
}

fun peel_persistence(body: &mut BCS): BlobPersistenceType {
    let tag = body.peel_u8();
    if (tag == 0) return BlobPersistenceType::Permanent;
    assert!(tag == 1, EInvalidBlobPersistenceType);
    BlobPersistenceType::Deletable { object_id: body.peel_address().to_id() }
}

// === Test functions ===

#[test_only]
public fun intent_type(self: &CertifiedMessage): u8 { self.intent_type }

#[test_only]
public fun intent_version(self: &CertifiedMessage): u8 { self.intent_version }

#[test_only]
public fun stake_support(self: &CertifiedMessage): u16 { self.stake_support }

#[test_only]
public fun cert_epoch(self: &CertifiedMessage): u32 { self.cert_epoch }
