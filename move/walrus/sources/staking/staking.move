/// The stake side of Walrus: nodes register, WAL is staked with them, and epochs take their course.
///
/// `Staking` is a constant shell around the state of its version, so that an upgrade can replace the state and
/// older code stops working on it.
module walrus::staking;

use std::string::String;
use sui::balance::Balance;
use sui::clock::Clock;
use sui::coin::{Self, Coin};
use sui::dynamic_field as df;
use wal::wal::{ProtectedTreasury, WAL};
use walrus::auth::{Authenticated, Authorized};
use walrus::committee::Committee;
use walrus::events;
use walrus::network_parameters::NetworkParameters;
use walrus::node_metadata::NodeMetadata;
use walrus::staked_wal::StakedWal;
use walrus::staking_events;
use walrus::staking_inner::{Self, StakingInnerV1};
use walrus::staking_pool;
use walrus::storage_node::StorageNodeCap;
use walrus::system::System;

// === Errors ===

/// The migration does not fit the object's version.
const EInvalidMigration: u64 = 0;
/// The object belongs to another version of the package.
const EWrongVersion: u64 = 1;
/// The function was replaced.
const EDeprecatedFunction: u64 = 2;

// === Constants ===

/// Version of the object this package works on.
const VERSION: u64 = 4;
/// Dynamic field with the epoch from which a migration may run.
const MIGRATION_EPOCH_KEY: vector<u8> = b"migration_epoch";

// === Structs ===

/// The one shared object of the stake side. `package_id` tells clients which package to call.
public struct Staking has key {
    id: UID,
    version: u64,
    package_id: ID,
    new_package_id: Option<ID>,
}

// === Nodes ===

/// Registers a node; its BLS key must be proven over the current epoch and the sender's address. The returned
/// capability acts for the node and receives its commission.
/// Aborts as `staking_pool::new`.
public fun register_candidate(
    self: &mut Staking,
    name: String,
    network_address: String,
    metadata: NodeMetadata,
    public_key: vector<u8>,
    network_public_key: vector<u8>,
    proof_of_possession: vector<u8>,
    commission_rate: u16,
    storage_price: u64,
    write_price: u64,
    node_capacity: u64,
    ctx: &mut TxContext,
): StorageNodeCap {
    let inner = self.inner_mut();
    let wctx = inner.newcomer_context();
    let (pool, cap) = staking_pool::new(
        name,
        network_address,
        metadata,
        public_key,
        network_public_key,
        proof_of_possession,
        commission_rate,
        storage_price,
        write_price,
        node_capacity,
        &wctx,
        ctx,
    );
    let node_id = pool.node_id();
    inner.add_pool(pool);
    staking_events::emit_node_registered(wctx.epoch(), node_id, object::id(&cap), commission_rate);
    cap
}

/// Votes for a price of storage, in FROST per MiB and epoch.
public fun set_storage_price_vote(self: &mut Staking, cap: &StorageNodeCap, storage_price: u64) {
    let inner = self.inner_mut();
    inner.pool_mut(cap.node_id()).voting_params_mut().set_storage_price(storage_price);
    inner.emit_votes(cap.node_id());
}

/// Votes for a price of writing, in FROST per MiB.
public fun set_write_price_vote(self: &mut Staking, cap: &StorageNodeCap, write_price: u64) {
    let inner = self.inner_mut();
    inner.pool_mut(cap.node_id()).voting_params_mut().set_write_price(write_price);
    inner.emit_votes(cap.node_id());
}

/// Offers `node_capacity` bytes; counted at the next `voting_end`.
public fun set_node_capacity_vote(self: &mut Staking, cap: &StorageNodeCap, node_capacity: u64) {
    let inner = self.inner_mut();
    inner.pool_mut(cap.node_id()).voting_params_mut().set_node_capacity(node_capacity);
    inner.emit_votes(cap.node_id());
}

/// Sets the BLS key of the next epoch, proven like the first one.
/// Aborts with `staking_pool::EInvalidProofOfPossession`.
public fun set_next_public_key(
    self: &mut Staking,
    cap: &StorageNodeCap,
    public_key: vector<u8>,
    proof_of_possession: vector<u8>,
    ctx: &mut TxContext,
) {
    let inner = self.inner_mut();
    let wctx = inner.context(&cap.node_id());
    inner.pool_mut(cap.node_id()).set_next_public_key(public_key, proof_of_possession, &wctx, ctx)
}

/// Aborts with `staking_pool::EInvalidNameLength`.
public fun set_name(self: &mut Staking, cap: &StorageNodeCap, name: String) {
    self.inner_mut().pool_mut(cap.node_id()).set_name(name)
}

/// Aborts with `staking_pool::EInvalidNetworkAddressLength`.
public fun set_network_address(self: &mut Staking, cap: &StorageNodeCap, network_address: String) {
    self.inner_mut().pool_mut(cap.node_id()).set_network_address(network_address)
}

/// Aborts with `storage_node::EInvalidNetworkPublicKey`.
public fun set_network_public_key(self: &mut Staking, cap: &StorageNodeCap, network_public_key: vector<u8>) {
    self.inner_mut().pool_mut(cap.node_id()).node_info_mut().set_network_public_key(network_public_key)
}

public fun set_node_metadata(self: &mut Staking, cap: &StorageNodeCap, metadata: NodeMetadata) {
    self.inner_mut().pool_mut(cap.node_id()).node_info_mut().set_node_metadata(metadata)
}

/// Aborts with `staking_inner::EPoolNotFound`.
public fun node_metadata(self: &Staking, node_id: ID): NodeMetadata {
    self.inner().pool(node_id).node_info().metadata()
}

/// Lets a node with stake compete for shards again after others displaced it.
public fun try_join_active_set(self: &mut Staking, cap: &StorageNodeCap) {
    self.inner_mut().try_join_active_set(cap.node_id())
}

// === Commission and authorisation ===

/// Sets the commission rate, in basis points, used from the epoch after next.
/// Aborts with `staking_pool::EIncorrectCommissionRate`.
public fun set_next_commission(self: &mut Staking, cap: &StorageNodeCap, commission_rate: u16) {
    let inner = self.inner_mut();
    let wctx = inner.context(&cap.node_id());
    inner.pool_mut(cap.node_id()).set_next_commission(commission_rate, &wctx)
}

/// Pays the commission that is not blocked to its receiver. Aborts with `staking_pool::EAuthorizationFailure`.
public fun collect_commission(
    self: &mut Staking,
    node_id: ID,
    auth: Authenticated,
    ctx: &mut TxContext,
): Coin<WAL> {
    let inner = self.inner_mut();
    let commission = inner.pool_mut(node_id).collect_commission(auth);
    staking_events::emit_commission_collected(inner.epoch(), node_id, commission.value());
    coin::from_balance(commission, ctx)
}

/// Hands the right to collect commission on. Aborts with `staking_pool::EAuthorizationFailure`.
public fun set_commission_receiver(self: &mut Staking, node_id: ID, auth: Authenticated, receiver: Authorized) {
    let inner = self.inner_mut();
    inner.pool_mut(node_id).set_commission_receiver(auth, receiver);
    staking_events::emit_commission_receiver_changed(inner.epoch(), node_id, receiver);
}

/// Hands the right to vote for the node on. Aborts with `staking_pool::EAuthorizationFailure`.
public fun set_governance_authorized(
    self: &mut Staking,
    node_id: ID,
    auth: Authenticated,
    authorized: Authorized,
) {
    let inner = self.inner_mut();
    inner.pool_mut(node_id).set_governance_authorized(auth, authorized);
    staking_events::emit_governance_authorized_changed(inner.epoch(), node_id, authorized);
}

/// Gives commission to nodes. Aborts as `staking_inner::add_commission_to_pools`.
public fun add_commission_to_pools(
    self: &mut Staking,
    node_ids: vector<ID>,
    commissions: vector<Balance<WAL>>,
) {
    self.inner_mut().add_commission_to_pools(node_ids, commissions)
}

// === Bond ===

/// Adds to a node's bond; anyone may. Aborts with `staking_inner::EPoolNotFound`.
public fun deposit_bond(self: &mut Staking, node_id: ID, funds: Coin<WAL>) {
    let inner = self.inner_mut();
    let epoch = inner.epoch();
    let amount = funds.value();
    let bond = inner.pool_mut(node_id).bond_mut();
    bond.deposit(funds.into_balance());
    staking_events::emit_bond_deposited(epoch, node_id, amount, bond.value());
}

/// Announces a withdrawal of bond, paid from two epochs ahead on; until then slashes reach it.
/// Aborts with `staking_pool::EAuthorizationFailure` or `bond::EInsufficientBond`.
public fun request_bond_withdrawal(self: &mut Staking, node_id: ID, auth: Authenticated, amount: u64) {
    let inner = self.inner_mut();
    let withdraw_epoch = inner.epoch() + 2;
    inner.pool_mut(node_id).authorized_bond_mut(auth).request_withdrawal(amount, withdraw_epoch);
    staking_events::emit_bond_withdrawal_requested(inner.epoch(), node_id, amount, withdraw_epoch);
}

/// Pays the announced part of the bond whose epoch has come. Aborts with `staking_pool::EAuthorizationFailure`.
public fun withdraw_bond(self: &mut Staking, node_id: ID, auth: Authenticated, ctx: &mut TxContext): Coin<WAL> {
    let inner = self.inner_mut();
    let epoch = inner.epoch();
    let funds = inner.pool_mut(node_id).authorized_bond_mut(auth).withdraw(epoch);
    staking_events::emit_bond_withdrawn(epoch, node_id, funds.value());
    coin::from_balance(funds, ctx)
}

// === Course of an epoch ===

/// Fixes the next committee and its parameters; anyone may call it once half of the epoch has passed.
/// Aborts as `staking_inner::voting_end`.
public fun voting_end(self: &mut Staking, clock: &Clock) {
    self.inner_mut().voting_end(clock)
}

/// Replaced by `initiate_epoch_change_v2`. Aborts with `EDeprecatedFunction`.
public fun initiate_epoch_change(_self: &mut Staking, _system: &mut System, _clock: &Clock) {
    abort EDeprecatedFunction
}

/// Starts the next epoch: burns a share of the ended epoch's payments, pays the rest as rewards, hands over to the
/// next committee and recomputes prices. Anyone may call it once the epoch has passed.
/// Aborts as `staking_inner::take_next_bls_committee`, `system_state_inner::advance_epoch` and
/// `staking_inner::initiate_epoch_change`.
public fun initiate_epoch_change_v2(
    self: &mut Staking,
    system: &mut System,
    treasury: &mut ProtectedTreasury,
    clock: &Clock,
    ctx: &mut TxContext,
) {
    treasury.burn(coin::from_balance(system.extract_burn_balance(), ctx));
    let inner = self.inner_mut();
    let next_committee = inner.take_next_bls_committee();
    let rewards = system.advance_epoch(next_committee, inner.next_epoch_params());
    inner.initiate_epoch_change(clock, rewards);
    self.update_prices(system);
}

/// Reports that the node holds all its shards of `epoch`. Aborts as `staking_inner::epoch_sync_done`.
public fun epoch_sync_done(self: &mut Staking, cap: &mut StorageNodeCap, epoch: u32, clock: &Clock) {
    self.inner_mut().epoch_sync_done(cap, epoch, clock)
}

/// Completes an epoch change that took longer than the network's timeout; anyone may call it.
/// Aborts as `staking_inner::force_sync_done`.
public fun force_sync_done(self: &mut Staking, clock: &Clock) {
    self.inner_mut().force_sync_done(clock)
}

/// Recomputes both prices from the committee's votes; anyone may call it.
public fun update_prices(self: &mut Staking, system: &mut System) {
    let inner = self.inner();
    let (storage_price, write_price) = inner.price_votes();
    system.set_storage_price(storage_price);
    system.set_write_price(write_price);
    events::emit_prices_updated(inner.epoch(), storage_price, write_price);
}

// === Stake ===

/// Stakes WAL with a node; at least 1 WAL. Aborts as `staking_inner::stake_with_pool`.
public fun stake_with_pool(
    self: &mut Staking,
    to_stake: Coin<WAL>,
    node_id: ID,
    ctx: &mut TxContext,
): StakedWal {
    self.inner_mut().stake_with_pool(to_stake, node_id, ctx)
}

/// Asks for a stake back that counts for a committee. Aborts as `staking_pool::request_withdraw_stake`.
public fun request_withdraw_stake(self: &mut Staking, staked_wal: &mut StakedWal, _ctx: &mut TxContext) {
    self.inner_mut().request_withdraw_stake(staked_wal)
}

/// Pays a stake out with its rewards. Aborts as `staking_pool::withdraw_stake`.
public fun withdraw_stake(self: &mut Staking, staked_wal: StakedWal, ctx: &mut TxContext): Coin<WAL> {
    coin::from_balance(self.inner_mut().withdraw_stake(staked_wal), ctx)
}

/// Rewards in FROST of a stake between two epochs. Aborts with `staking_inner::EPoolNotFound`.
public fun calculate_rewards(
    self: &Staking,
    node_id: ID,
    staked_principal: u64,
    activation_epoch: u32,
    withdraw_epoch: u32,
): u64 {
    self.inner().pool(node_id).calculate_rewards(staked_principal, activation_epoch, withdraw_epoch)
}

/// Whether the stake can be withdrawn at once, because it counts for no committee yet.
public fun can_withdraw_staked_wal_early(self: &Staking, staked_wal: &StakedWal): bool {
    let wctx = self.inner().context(&staked_wal.node_id());
    staked_wal.can_withdraw_early(&wctx)
}

// === Getters ===

/// The current Walrus epoch.
public fun epoch(self: &Staking): u32 { self.inner().epoch() }

public fun committee(self: &Staking): &Committee { self.inner().committee() }

public fun previous_committee(self: &Staking): &Committee { self.inner().previous_committee() }

/// Whether a member has reported that it holds all its shards of the current epoch.
public fun has_reported(self: &Staking, node_id: ID): bool { self.inner().has_reported(&node_id) }

/// The committee that the current stakes lead to. Aborts with `staking_inner::ENoStake`.
public fun compute_next_committee(self: &Staking): Committee { self.inner().compute_next_committee() }

/// Settings of the network.
public fun parameters(self: &Staking): NetworkParameters { *self.inner().parameters() }

// === Package functions ===

/// Creates and shares the object for epoch 0 and returns its id.
public(package) fun create(
    epoch_zero_duration: u64,
    epoch_duration: u64,
    n_shards: u16,
    parameters: NetworkParameters,
    package_id: ID,
    clock: &Clock,
    ctx: &mut TxContext,
): ID {
    let inner = staking_inner::new(epoch_zero_duration, epoch_duration, n_shards, parameters, clock, ctx);
    let staking = new(inner, package_id, ctx);
    let staking_id = object::id(&staking);
    transfer::share_object(staking);
    staking_id
}

/// Whether the caller may vote for the node. Aborts with `staking_inner::EPoolNotFound`.
public(package) fun check_governance_authorization(self: &Staking, node_id: ID, auth: Authenticated): bool {
    self.inner().check_governance_authorization(node_id, auth)
}

/// Shards the node holds now, 0 if it is no member.
public(package) fun get_current_node_weight(self: &Staking, node_id: ID): u16 {
    self.inner().committee().weight(&node_id)
}

public(package) fun is_quorum(self: &Staking, weight: u16): bool { self.inner().is_quorum(weight) }

public(package) fun package_id(self: &Staking): ID { self.package_id }

public(package) fun version(self: &Staking): u64 { self.version }

/// Notes the package the next migration moves to.
public(package) fun set_new_package_id(self: &mut Staking, new_package_id: ID) {
    self.new_package_id = option::some(new_package_id);
}

/// Moves the state to this package's version. Aborts with `EInvalidMigration` unless a newer package was committed
/// and the migration's epoch has come.
public(package) fun migrate(self: &mut Staking) {
    assert!(self.version < VERSION, EInvalidMigration);
    assert!(self.new_package_id.is_some(), EInvalidMigration);
    let migration_epoch: Option<u32> = df::remove_if_exists(&mut self.id, MIGRATION_EPOCH_KEY);
    let inner: StakingInnerV1 = df::remove(&mut self.id, self.version);
    assert!(migration_epoch.is_some_and!(|epoch| inner.epoch() >= *epoch), EInvalidMigration);
    df::add(&mut self.id, VERSION, inner);
    self.version = VERSION;
    self.package_id = self.new_package_id.extract();
}

/// Fixes the next epoch as the first in which a migration may run; the first call counts.
entry fun set_migration_epoch(self: &mut Staking) {
    if (self.version >= VERSION || df::exists_(&self.id, MIGRATION_EPOCH_KEY)) return;
    let state: &StakingInnerV1 = df::borrow(&self.id, self.version);
    let migration_epoch = state.epoch() + 1;
    df::add(&mut self.id, MIGRATION_EPOCH_KEY, migration_epoch);
}

/// Aborts with `EWrongVersion` if the object belongs to another package version.
public(package) fun inner(self: &Staking): &StakingInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow(&self.id, VERSION)
}

/// Aborts with `EWrongVersion` if the object belongs to another package version.
public(package) fun inner_mut(self: &mut Staking): &mut StakingInnerV1 {
    assert!(self.version == VERSION, EWrongVersion);
    df::borrow_mut(&mut self.id, VERSION)
}

// === Private functions ===

fun new(inner: StakingInnerV1, package_id: ID, ctx: &mut TxContext): Staking {
    let mut staking = Staking { id: object::new(ctx), version: VERSION, package_id, new_package_id: option::none() };
    df::add(&mut staking.id, VERSION, inner);
    staking
}

// === Test functions ===

#[test_only]
/// A network in epoch 0, which may end at once.
public fun new_for_testing(
    epoch_duration: u64,
    n_shards: u16,
    parameters: NetworkParameters,
    clock: &Clock,
    ctx: &mut TxContext,
): Staking {
    let inner = staking_inner::new(0, epoch_duration, n_shards, parameters, clock, ctx);
    new(inner, object::id_from_address(@walrus), ctx)
}

#[test_only]
public fun set_version_for_testing(self: &mut Staking, version: u64) {
    let state: StakingInnerV1 = df::remove(&mut self.id, self.version);
    df::add(&mut self.id, version, state);
    self.version = version;
}

#[test_only]
public fun set_migration_epoch_for_testing(self: &mut Staking) { self.set_migration_epoch() }
