/// Upgrades of this package, decided by a quorum of the storage nodes.
module walrus::upgrade;

use sui::package::{UpgradeCap, UpgradeReceipt, UpgradeTicket};
use sui::table::{Self, Table};
use sui::vec_set::{Self, VecSet};
use walrus::auth::Authenticated;
use walrus::events;
use walrus::staking::Staking;
use walrus::staking_events;
use walrus::system::System;

// === Errors ===

/// The capability belongs to another upgrade manager.
const EInvalidUpgradeManager: u64 = 0;
/// The caller may not vote for the node, or the node is not in the committee.
const ENotAuthorized: u64 = 1;
/// The node has voted for this upgrade.
const EDuplicateVote: u64 = 2;
/// A package digest has 32 bytes.
const EInvalidPackageDigest: u64 = 3;
/// Nobody has voted for this package.
const ENoProposalForDigest: u64 = 4;
/// The votes are from another epoch.
const EWrongEpoch: u64 = 5;
/// The votes are no quorum.
const ENotEnoughVotes: u64 = 6;
/// The votes are for another version.
const EWrongVersion: u64 = 7;

// === Constants ===

const DIGEST_LENGTH: u64 = 32;

// === Structs ===

/// Digest of the package to upgrade to.
public struct PackageDigest(vector<u8>) has copy, drop, store;

/// Votes for one package, good for one epoch and one version.
public struct UpgradeProposal has drop, store {
    epoch: u32,
    digest: PackageDigest,
    version: u64,
    voting_weight: u16,
    voters: VecSet<ID>,
}

/// Shared object that keeps the right to upgrade.
public struct UpgradeManager has key {
    id: UID,
    cap: UpgradeCap,
    upgrade_proposals: Table<PackageDigest, UpgradeProposal>,
}

/// The right to upgrade without a vote, for emergencies; can be burned.
public struct EmergencyUpgradeCap has key, store {
    id: UID,
    upgrade_manager_id: ID,
}

// === Public functions ===

/// Votes for an upgrade in a node's name with its shards.
/// Aborts with `ENotAuthorized`, `EInvalidPackageDigest` or `EDuplicateVote`.
public fun vote_for_upgrade(
    self: &mut UpgradeManager,
    staking: &Staking,
    auth: Authenticated,
    node_id: ID,
    digest: vector<u8>,
) {
    assert!(staking.check_governance_authorization(node_id, auth), ENotAuthorized);
    let weight = staking.get_current_node_weight(node_id);
    assert!(weight > 0, ENotAuthorized);
    let epoch = staking.epoch();
    let key = package_digest(digest);
    if (self.open_proposal(key, epoch)) events::emit_contract_upgrade_proposed(epoch, digest);

    let proposal = &mut self.upgrade_proposals[key];
    assert!(!proposal.voters.contains(&node_id), EDuplicateVote);
    proposal.voters.insert(node_id);
    proposal.voting_weight = proposal.voting_weight + weight;
    staking_events::emit_upgrade_vote_cast(epoch, node_id, digest, proposal.voting_weight);
    if (staking.is_quorum(proposal.voting_weight)) events::emit_contract_upgrade_quorum_reached(epoch, digest);
}

/// Permits the upgrade a quorum has voted for in this epoch.
/// Aborts with `EInvalidPackageDigest`, `ENoProposalForDigest`, `EWrongEpoch`, `ENotEnoughVotes` or `EWrongVersion`.
public fun authorize_upgrade(self: &mut UpgradeManager, staking: &Staking, digest: vector<u8>): UpgradeTicket {
    let key = package_digest(digest);
    assert!(self.upgrade_proposals.contains(key), ENoProposalForDigest);
    let proposal = self.upgrade_proposals.remove(key);
    assert!(proposal.epoch == staking.epoch(), EWrongEpoch);
    assert!(staking.is_quorum(proposal.voting_weight), ENotEnoughVotes);
    assert!(proposal.version == self.next_version(), EWrongVersion);
    self.authorize(digest)
}

/// Permits an upgrade without a vote. Aborts with `EInvalidUpgradeManager` or `EInvalidPackageDigest`.
public fun authorize_emergency_upgrade(
    self: &mut UpgradeManager,
    cap: &EmergencyUpgradeCap,
    digest: vector<u8>,
): UpgradeTicket {
    assert!(cap.upgrade_manager_id == object::id(self), EInvalidUpgradeManager);
    package_digest(digest);
    self.authorize(digest)
}

/// Completes an upgrade: `migrate` may now move the state to the new package.
public fun commit_upgrade(
    self: &mut UpgradeManager,
    staking: &mut Staking,
    system: &mut System,
    receipt: UpgradeReceipt,
) {
    let new_package_id = receipt.receipt_package();
    staking.set_new_package_id(new_package_id);
    system.set_new_package_id(new_package_id);
    self.cap.commit_upgrade(receipt);
}

/// Removes proposals that are out of date among those given; others are left alone.
/// Aborts with `EInvalidPackageDigest`.
public fun cleanup_upgrade_proposals(self: &mut UpgradeManager, staking: &Staking, digests: vector<vector<u8>>) {
    let epoch = staking.epoch();
    digests.do!(|digest| {
        let key = package_digest(digest);
        if (self.upgrade_proposals.contains(key) && self.is_stale(key, epoch)) {
            self.upgrade_proposals.remove(key);
        }
    })
}

/// Gives up the emergency right for good.
public fun burn_emergency_upgrade_cap(cap: EmergencyUpgradeCap) {
    let EmergencyUpgradeCap { id, .. } = cap;
    id.delete();
}

// === Package functions ===

/// Creates and shares the manager.
public(package) fun new(cap: UpgradeCap, ctx: &mut TxContext): EmergencyUpgradeCap {
    let (manager, emergency) = create(cap, ctx);
    transfer::share_object(manager);
    emergency
}

// === Private functions ===

fun create(cap: UpgradeCap, ctx: &mut TxContext): (UpgradeManager, EmergencyUpgradeCap) {
    let manager = UpgradeManager { id: object::new(ctx), cap, upgrade_proposals: table::new(ctx) };
    let upgrade_manager_id = object::id(&manager);
    (manager, EmergencyUpgradeCap { id: object::new(ctx), upgrade_manager_id })
}

fun package_digest(digest: vector<u8>): PackageDigest {
    assert!(digest.length() == DIGEST_LENGTH, EInvalidPackageDigest);
    PackageDigest(digest)
}

fun next_version(self: &UpgradeManager): u64 { self.cap.version() + 1 }

fun is_stale(self: &UpgradeManager, key: PackageDigest, epoch: u32): bool {
    let proposal = &self.upgrade_proposals[key];
    proposal.epoch != epoch || proposal.version != self.next_version()
}

/// Makes sure there is a proposal of this epoch and version; returns whether it is a fresh one.
fun open_proposal(self: &mut UpgradeManager, key: PackageDigest, epoch: u32): bool {
    if (self.upgrade_proposals.contains(key)) {
        if (!self.is_stale(key, epoch)) return false;
        self.upgrade_proposals.remove(key);
    };
    let version = self.next_version();
    self
        .upgrade_proposals
        .add(key, UpgradeProposal { epoch, digest: key, version, voting_weight: 0, voters: vec_set::empty() });
    true
}

fun authorize(self: &mut UpgradeManager, digest: vector<u8>): UpgradeTicket {
    let policy = self.cap.upgrade_policy();
    self.cap.authorize_upgrade(policy, digest)
}

// === Test functions ===

#[test_only]
public fun new_for_testing(cap: UpgradeCap, ctx: &mut TxContext): (UpgradeManager, EmergencyUpgradeCap) {
    create(cap, ctx)
}
