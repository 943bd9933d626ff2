/// The committee as signers, and verification of its aggregate signatures.
module walrus::bls_aggregate;

use sui::bls12381::{Self, G1, UncompressedG1};
use sui::group_ops::Element;
use sui::vec_map::{Self, VecMap};
use walrus::bls;
use walrus::messages::{Self, CertifiedMessage};

// === Errors ===

/// The bitmap is longer than the committee or marks a member that does not exist.
const EInvalidBitmap: u64 = 0;
/// The aggregate signature does not verify.
const ESigVerification: u64 = 1;
/// The signers hold too few shards.
const ENotEnoughStake: u64 = 2;
/// A committee member holds no shards.
const EIncorrectCommittee: u64 = 3;

// === Structs ===

/// One signer: its key, the shards it holds, and its node.
public struct BlsCommitteeMember has copy, drop, store {
    public_key: Element<UncompressedG1>,
    weight: u16,
    node_id: ID,
}

/// The signers of one epoch in order of node id; bitmaps refer to this order.
public struct BlsCommittee has copy, drop, store {
    members: vector<BlsCommitteeMember>,
    n_shards: u16,
    epoch: u32,
    /// Sum of all members' keys, so that a check subtracts the few who did not sign.
    total_aggregated_key: Element<G1>,
}

/// Weight a certificate needs.
public enum RequiredWeight has copy, drop {
    /// 3w >= 2n + 1: a majority of the honest weight, however the faulty vote.
    Quorum,
    /// 3w >= n + 1: at least one honest node.
    OneCorrectNode,
}

// === Package functions ===

/// The committee of `epoch`; an empty one is allowed (epoch 0).
/// Aborts with `EIncorrectCommittee` if a member has no weight.
public(package) fun new_bls_committee(epoch: u32, members: vector<BlsCommitteeMember>): BlsCommittee {
    let mut n_shards = 0;
    members.do_ref!(|member| {
        assert!(member.weight > 0, EIncorrectCommittee);
        n_shards = n_shards + member.weight;
    });
    let keys = members.map_ref!(|member| member.public_key);
    BlsCommittee { members, n_shards, epoch, total_aggregated_key: sum_keys(&keys) }
}

public(package) fun new_bls_committee_member(
    public_key: Element<UncompressedG1>,
    weight: u16,
    node_id: ID,
): BlsCommitteeMember {
    BlsCommitteeMember { public_key, weight, node_id }
}

/// Verifies that a quorum signed `message` and reads its header.
/// Aborts with any error of this module or of `messages::new_certified_message`.
public(package) fun verify_quorum_in_epoch(
    self: &BlsCommittee,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
): CertifiedMessage {
    self.verify_certificate(signature, signers_bitmap, message, RequiredWeight::Quorum)
}

/// Verifies that at least one honest node signed `message` and reads its header.
/// Aborts with any error of this module or of `messages::new_certified_message`.
public(package) fun verify_one_correct_node_in_epoch(
    self: &BlsCommittee,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
): CertifiedMessage {
    self.verify_certificate(signature, signers_bitmap, message, RequiredWeight::OneCorrectNode)
}

/// Whether `weight` shards are a quorum of this committee.
public(package) fun is_quorum(self: &BlsCommittee, weight: u16): bool {
    self.meets(weight, &RequiredWeight::Quorum)
}

public(package) fun epoch(self: &BlsCommittee): u32 { self.epoch }

public(package) fun n_shards(self: &BlsCommittee): u16 { self.n_shards }

public(package) fun contains(self: &BlsCommittee, node_id: &ID): bool {
    self.members.any!(|member| member.node_id == node_id)
}

/// Shards of the node, 0 if it is no member.
public(package) fun get_member_weight(self: &BlsCommittee, node_id: &ID): u16 {
    self.members.find_index!(|member| member.node_id == node_id).map!(|i| self.members[i].weight).destroy_or!(0)
}

/// Node ids and weights in committee order.
public(package) fun to_vec_map(self: &BlsCommittee): VecMap<ID, u16> {
    let mut weights = vec_map::empty();
    self.members.do_ref!(|member| weights.insert(member.node_id, member.weight));
    weights
}

// === Private functions ===

fun verify_certificate(
    self: &BlsCommittee,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
    required: RequiredWeight,
): CertifiedMessage {
    let (missing_keys, missing_weight) = self.non_signers(&signers_bitmap);
    let weight = self.n_shards - missing_weight;
    assert!(self.meets(weight, &required), ENotEnoughStake);

    let key = bls12381::g1_sub(&self.total_aggregated_key, &sum_keys(&missing_keys));
    assert!(bls::verify(&signature, key.bytes(), &message), ESigVerification);

    messages::new_certified_message(message, self.epoch, weight)
}

/// Keys and total weight of the members the bitmap leaves out. Bit i (least significant first) is member i;
/// bytes missing at the end count as zero.
/// Aborts with `EInvalidBitmap` if the bitmap is too long or marks a member that does not exist.
fun non_signers(self: &BlsCommittee, signers_bitmap: &vector<u8>): (vector<Element<UncompressedG1>>, u16) {
    let members = self.members.length();
    assert!(signers_bitmap.length() <= members.divide_and_round_up(8), EInvalidBitmap);
    let mut keys = vector[];
    let mut weight = 0;
    members.do!(|i| if (!is_set(signers_bitmap, i)) {
        let member = &self.members[i];
        keys.push_back(member.public_key);
        weight = weight + member.weight;
    });
    members.range_do!(signers_bitmap.length() * 8, |i| assert!(!is_set(signers_bitmap, i), EInvalidBitmap));
    (keys, weight)
}

fun is_set(bitmap: &vector<u8>, i: u64): bool {
    let byte = i / 8;
    byte < bitmap.length() && (bitmap[byte] >> ((i % 8) as u8)) & 1 == 1
}

fun meets(self: &BlsCommittee, weight: u16, required: &RequiredWeight): bool {
    let n = self.n_shards as u64;
    let needed = match (required) {
        RequiredWeight::Quorum => 2 * n + 1,
        RequiredWeight::OneCorrectNode => n + 1,
    };
    3 * (weight as u64) >= needed
}

/// Sum of keys in compressed form; the identity for none.
fun sum_keys(keys: &vector<Element<UncompressedG1>>): Element<G1> {
    bls12381::uncompressed_g1_to_g1(&bls12381::uncompressed_g1_sum(keys))
}

// === Test functions ===

#[test_only]
public fun n_members(self: &BlsCommittee): u64 { self.members.length() }
