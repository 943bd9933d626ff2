/// One node's pool: its details and votes, the stake behind it, and what that stake has earned.
///
/// All WAL lies in the pool. The active stake is divided into shares; how many a stake buys follows from the
/// exchange rate of its activation epoch, what they pay from that of its withdrawal epoch.
module walrus::staking_pool;

use std::string::String;
use sui::bag::{Self, Bag};
use sui::balance::{Self, Balance};
use wal::wal::WAL;
use walrus::auth::{Self, Authenticated, Authorized};
use walrus::bond::{Self, Bond};
use walrus::messages;
use walrus::node_metadata::NodeMetadata;
use walrus::pending_values::{Self, PendingValues};
use walrus::pool_exchange_rate::PoolExchangeRate;
use walrus::share_ledger::{Self, RateHistory, ShareLedger};
use walrus::staked_wal::{Self, StakedWal};
use walrus::staking_events;
use walrus::storage_node::{Self, StorageNodeCap, StorageNodeInfo};
use walrus::voting_params::{Self, VotingParams};
use walrus::walrus_context::WalrusContext;

// === Errors ===

/// The pool was advanced to this epoch already.
const EPoolAlreadyUpdated: u64 = 0;
/// A pool without active stake cannot be rewarded.
const EIncorrectEpochAdvance: u64 = 2;
/// The proof of possession does not verify under the key.
const EInvalidProofOfPossession: u64 = 4;
/// The pool takes no stake.
const EPoolIsNotActive: u64 = 6;
/// The withdrawal was requested already.
const ENotStaked: u64 = 8;
/// The stake belongs to another pool.
const EIncorrectPoolId: u64 = 9;
/// The withdrawal must be requested first.
const ENotWithdrawing: u64 = 10;
/// The withdrawal epoch has not come.
const EWithdrawEpochNotReached: u64 = 11;
/// The stake can be withdrawn at once; no request is needed.
const EWithdrawDirectly: u64 = 13;
/// A commission rate is at most 10,000 basis points.
const EIncorrectCommissionRate: u64 = 14;
/// The caller may not do this for the node.
const EAuthorizationFailure: u64 = 15;
/// The network address is longer than 259 bytes.
const EInvalidNetworkAddressLength: u64 = 16;
/// The name is longer than 100 bytes.
const EInvalidNameLength: u64 = 17;
/// The stake is worth less than one share.
const EZeroShares: u64 = 18;

// === Constants ===

/// 100 % in basis points.
const MAX_COMMISSION_RATE: u16 = 10_000;
const MAX_NETWORK_ADDRESS_LENGTH: u64 = 259;
const MAX_NAME_LENGTH: u64 = 100;

// === Structs ===

/// Only `Active` occurs; the other states are part of the layout clients know.
public enum PoolState has copy, drop, store {
    Active,
    Withdrawing(u32),
    Withdrawn,
}

/// Key in `extra_fields` of the commission that is too fresh to be collected (u64, FROST).
public struct NewEpochCommissionBlockedForCollection() has copy, drop, store;

/// The fields up to `extra_fields` are what the official clients read; the funds in custody follow them.
public struct StakingPool has key, store {
    id: UID,
    state: PoolState,
    voting_params: VotingParams,
    node_info: StorageNodeInfo,
    activation_epoch: u32,
    /// Last epoch the pool was advanced to.
    latest_epoch: u32,
    shares: ShareLedger,
    pending_commission_rate: PendingValues,
    commission_rate: u16,
    exchange_rates: RateHistory,
    /// Epoch -> principal that becomes active.
    pending_stake: PendingValues,
    rewards_pool: Balance<WAL>,
    commission: Balance<WAL>,
    commission_receiver: Authorized,
    governance_authorized: Authorized,
    extra_fields: Bag,
    /// Principal of every stake that was not paid out, active or not.
    stake_balance: Balance<WAL>,
    bond: Bond,
    /// Stake lost to slashes so far, in FROST.
    lost_stake: u64,
}

// === Creation ===

/// A pool whose id is the node id, and the capability that acts for the node and receives its commission. The proof
/// must be signed over the current epoch and the sender's address.
/// Aborts with `EInvalidProofOfPossession`, `EInvalidNameLength`, `EInvalidNetworkAddressLength`,
/// `EIncorrectCommissionRate`, or as `storage_node::new`.
public(package) fun new(
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
    wctx: &WalrusContext,
    ctx: &mut TxContext,
): (StakingPool, StorageNodeCap) {
    assert_possession(wctx.epoch(), public_key, proof_of_possession, ctx);
    assert!(name.length() <= MAX_NAME_LENGTH, EInvalidNameLength);
    assert!(network_address.length() <= MAX_NETWORK_ADDRESS_LENGTH, EInvalidNetworkAddressLength);
    assert!(commission_rate <= MAX_COMMISSION_RATE, EIncorrectCommissionRate);

    let id = object::new(ctx);
    let node_id = id.to_inner();
    let activation_epoch = if (wctx.committee_selected()) wctx.epoch() + 1 else wctx.epoch();
    let cap = storage_node::new_cap(node_id, ctx);
    let pool = StakingPool {
        id,
        state: PoolState::Active,
        voting_params: voting_params::new(storage_price, write_price, node_capacity),
        node_info: storage_node::new(
            name, node_id, network_address, public_key, network_public_key, metadata, ctx,
        ),
        activation_epoch,
        latest_epoch: wctx.epoch(),
        shares: share_ledger::empty(),
        pending_commission_rate: pending_values::empty(),
        commission_rate,
        exchange_rates: share_ledger::new_history(activation_epoch, ctx),
        pending_stake: pending_values::empty(),
        rewards_pool: balance::zero(),
        commission: balance::zero(),
        commission_receiver: auth::authorized_object(object::id(&cap)),
        governance_authorized: auth::authorized_address(ctx.sender()),
        extra_fields: bag::new(ctx),
        stake_balance: balance::zero(),
        bond: bond::empty(),
        lost_stake: 0,
    };
    (pool, cap)
}

// === Stake ===

/// Takes stake that becomes active with the first committee not fixed yet.
/// Aborts with `EPoolIsNotActive` or `staked_wal::EStakeBelowThreshold`.
public(package) fun stake(
    self: &mut StakingPool,
    to_stake: Balance<WAL>,
    wctx: &WalrusContext,
    ctx: &mut TxContext,
): StakedWal {
    assert!(self.accepts_stake(), EPoolIsNotActive);
    let amount = to_stake.value();
    let activation_epoch = wctx.next_open_epoch();
    let staked_wal = staked_wal::mint(self.node_id(), amount, activation_epoch, ctx);
    self.pending_stake.insert_or_add(activation_epoch, amount);
    self.stake_balance.join(to_stake);
    staking_events::emit_staked(
        wctx.epoch(), self.node_id(), object::id(&staked_wal), amount, activation_epoch,
    );
    staked_wal
}

/// Asks for the stake back from a committee it counts for; it stays at stake until the withdrawal epoch.
/// Aborts with `EIncorrectPoolId`, `ENotStaked`, `EWithdrawDirectly` or `EZeroShares`.
public(package) fun request_withdraw_stake(
    self: &mut StakingPool,
    staked_wal: &mut StakedWal,
    wctx: &WalrusContext,
) {
    assert!(staked_wal.node_id() == self.node_id(), EIncorrectPoolId);
    assert!(staked_wal.is_staked(), ENotStaked);
    assert!(!staked_wal.can_withdraw_early(wctx), EWithdrawDirectly);

    let principal = staked_wal.value();
    let withdraw_epoch = release_epoch(wctx);
    self.book_withdrawal(principal, staked_wal.activation_epoch(), withdraw_epoch);
    staked_wal.set_withdrawing(withdraw_epoch);
    staking_events::emit_stake_withdrawal_requested(
        wctx.epoch(), self.node_id(), object::id(staked_wal), principal, withdraw_epoch,
    );
}

/// Pays a stake out: at once if it does not count for a committee, else after its withdrawal epoch has come.
/// Aborts with `EIncorrectPoolId`, `ENotWithdrawing` or `EWithdrawEpochNotReached`.
public(package) fun withdraw_stake(
    self: &mut StakingPool,
    staked_wal: StakedWal,
    wctx: &WalrusContext,
): Balance<WAL> {
    assert!(staked_wal.node_id() == self.node_id(), EIncorrectPoolId);

    let principal = staked_wal.value();
    let activation_epoch = staked_wal.activation_epoch();
    let counts = wctx.in_current_committee() || wctx.in_next_committee();
    let due = if (staked_wal.can_withdraw_early(wctx)) {
        self.pending_stake.reduce(activation_epoch, principal);
        principal
    } else if (staked_wal.is_staked() && !counts) {
        self.leave_at_once(principal, activation_epoch, wctx.epoch())
    } else {
        assert!(staked_wal.is_withdrawing(), ENotWithdrawing);
        assert!(staked_wal.withdraw_epoch() <= wctx.epoch(), EWithdrawEpochNotReached);
        let sold_at = self.exchange_rate_at_epoch(staked_wal.withdraw_epoch());
        self.value_of(principal, activation_epoch, &sold_at)
    };
    let payout = self.pay(principal, due);
    staking_events::emit_stake_withdrawn(
        wctx.epoch(), self.node_id(), object::id(&staked_wal), principal, payout.value(),
    );
    staked_wal.burn();
    payout
}

/// What a stake earns between two epochs, in FROST: 0 if it lost.
public(package) fun calculate_rewards(
    self: &StakingPool,
    principal: u64,
    activation_epoch: u32,
    withdraw_epoch: u32,
): u64 {
    if (!self.has_entered(activation_epoch)) return 0;
    let value = self.value_of(principal, activation_epoch, &self.exchange_rate_at_epoch(withdraw_epoch));
    value.max(principal) - principal
}

// === Epoch change ===

/// Books the reward of the ended epoch and lets due stake in and out.
/// Aborts with `EPoolAlreadyUpdated`, `EIncorrectEpochAdvance` or as `share_ledger::advance`.
public(package) fun advance_epoch(self: &mut StakingPool, rewards: Balance<WAL>, wctx: &WalrusContext) {
    let epoch = wctx.epoch();
    assert!(epoch > self.latest_epoch, EPoolAlreadyUpdated);
    let reward = rewards.value();
    assert!(reward == 0 || self.wal_balance() > 0, EIncorrectEpochAdvance);

    let commission = self.book_rewards(rewards);
    if (reward > 0) staking_events::emit_reward_paid(epoch, self.node_id(), reward, commission);
    self.update_commission_rate(epoch);
    self.latest_epoch = epoch;
    self.node_info.rotate_public_key();
    let entering = self.pending_stake.flush(epoch);
    self.shares.advance(&mut self.exchange_rates, epoch, self.activation_epoch, entering);
}

/// Value of the active stake at `epoch`, if no reward or slash comes before it.
public(package) fun wal_balance_at_epoch(self: &StakingPool, epoch: u32): u64 {
    let entering = self.pending_stake.value_at(epoch);
    self.shares.balance_at(&self.exchange_rates, epoch, self.activation_epoch, self.latest_epoch, entering)
}

// === Commission ===

/// Pays out the commission that may be collected. Aborts with `EAuthorizationFailure`.
public(package) fun collect_commission(self: &mut StakingPool, auth: Authenticated): Balance<WAL> {
    assert!(auth.matches(&self.commission_receiver), EAuthorizationFailure);
    let total = self.commission.value();
    let blocked = self.blocked_commission().min(total);
    self.commission.split(total - blocked)
}

/// Adds commission; `blocked` keeps it from being collected before the next selection of parameters.
public(package) fun add_commission(self: &mut StakingPool, funds: Balance<WAL>, blocked: bool) {
    if (blocked) self.block_commission(funds.value());
    self.commission.join(funds);
}

/// Lets the fresh commission be collected.
public(package) fun unblock_commission(self: &mut StakingPool) {
    let key = NewEpochCommissionBlockedForCollection();
    if (self.extra_fields.contains(key)) { let _: u64 = self.extra_fields.remove(key); }
}

/// Sets the rate used from the epoch after next. Aborts with `EIncorrectCommissionRate`.
public(package) fun set_next_commission(self: &mut StakingPool, commission_rate: u16, wctx: &WalrusContext) {
    assert!(commission_rate <= MAX_COMMISSION_RATE, EIncorrectCommissionRate);
    let effective_epoch = wctx.epoch() + 2;
    self.pending_commission_rate.insert_or_replace(effective_epoch, commission_rate as u64);
    staking_events::emit_commission_rate_changed(
        wctx.epoch(), self.node_id(), commission_rate, effective_epoch,
    );
}

// === Penalties ===

/// Takes all commission, fresh or not.
public(package) fun take_commission(self: &mut StakingPool): Balance<WAL> {
    self.unblock_commission();
    self.commission.withdraw_all()
}

/// Takes up to `penalty` FROST from the commission, then the bond, then the active stake, and returns the three
/// parts. Stakers bear their part by a lower value of their shares.
public(package) fun slash(self: &mut StakingPool, penalty: u64): (Balance<WAL>, Balance<WAL>, Balance<WAL>) {
    let from_commission = penalty.min(self.commission.value());
    let commission = self.commission.split(from_commission);
    let bond = self.bond.take(penalty - from_commission);
    let from_stake = (penalty - from_commission - bond.value()).min(self.shares.slashable());
    let stake = self.take_active_stake(from_stake);
    (commission, bond, stake)
}

// === Bond ===

public(package) fun bond(self: &StakingPool): &Bond { &self.bond }
public(package) fun bond_mut(self: &mut StakingPool): &mut Bond { &mut self.bond }

/// The bond, for its receiver. Aborts with `EAuthorizationFailure`.
public(package) fun authorized_bond_mut(self: &mut StakingPool, auth: Authenticated): &mut Bond {
    assert!(auth.matches(&self.commission_receiver), EAuthorizationFailure);
    &mut self.bond
}

// === Setters ===

/// Aborts with `EAuthorizationFailure`.
public(package) fun set_commission_receiver(self: &mut StakingPool, auth: Authenticated, receiver: Authorized) {
    assert!(auth.matches(&self.commission_receiver), EAuthorizationFailure);
    self.commission_receiver = receiver;
}

/// Aborts with `EAuthorizationFailure`.
public(package) fun set_governance_authorized(self: &mut StakingPool, auth: Authenticated, authorized: Authorized) {
    assert!(auth.matches(&self.governance_authorized), EAuthorizationFailure);
    self.governance_authorized = authorized;
}

public(package) fun voting_params_mut(self: &mut StakingPool): &mut VotingParams { &mut self.voting_params }

/// Sets the key used once the pool is advanced. Aborts with `EInvalidProofOfPossession`.
public(package) fun set_next_public_key(
    self: &mut StakingPool,
    public_key: vector<u8>,
    proof_of_possession: vector<u8>,
    wctx: &WalrusContext,
    ctx: &TxContext,
) {
    assert_possession(wctx.epoch(), public_key, proof_of_possession, ctx);
    self.node_info.set_next_public_key(public_key);
}

/// Aborts with `EInvalidNameLength`.
public(package) fun set_name(self: &mut StakingPool, name: String) {
    assert!(name.length() <= MAX_NAME_LENGTH, EInvalidNameLength);
    self.node_info.set_name(name);
}

/// Aborts with `EInvalidNetworkAddressLength`.
public(package) fun set_network_address(self: &mut StakingPool, network_address: String) {
    assert!(network_address.length() <= MAX_NETWORK_ADDRESS_LENGTH, EInvalidNetworkAddressLength);
    self.node_info.set_network_address(network_address);
}

public(package) fun node_info_mut(self: &mut StakingPool): &mut StorageNodeInfo { &mut self.node_info }

// === Getters ===

public(package) fun node_id(self: &StakingPool): ID { self.id.to_inner() }
public(package) fun node_info(self: &StakingPool): &StorageNodeInfo { &self.node_info }
public(package) fun voting_params(self: &StakingPool): &VotingParams { &self.voting_params }
public(package) fun wal_balance(self: &StakingPool): u64 { self.shares.wal_balance() }
public(package) fun governance_authorized(self: &StakingPool): &Authorized { &self.governance_authorized }

/// A pool whose stake cannot be slashed any further takes no more.
public(package) fun accepts_stake(self: &StakingPool): bool {
    self.state == PoolState::Active && (self.shares.num_shares() == 0 || self.shares.slashable() > 0)
}

/// Value of shares at `epoch`.
public(package) fun exchange_rate_at_epoch(self: &StakingPool, epoch: u32): PoolExchangeRate {
    self.exchange_rates.rate_at(epoch, self.activation_epoch, self.latest_epoch)
}

// === Private functions ===

/// When stake leaves that counts for the current committee.
/// Aborts with `EWithdrawDirectly` if the node is in no committee.
fun release_epoch(wctx: &WalrusContext): u32 {
    if (wctx.in_next_committee()) return wctx.epoch() + 2;
    assert!(wctx.in_current_committee(), EWithdrawDirectly);
    wctx.epoch() + 1
}

/// Whether stake due at `activation_epoch` has become part of the active stake: a pool outside the committees takes
/// stake in only when it is in one again.
fun has_entered(self: &StakingPool, activation_epoch: u32): bool { activation_epoch <= self.latest_epoch }

/// Books that a stake leaves at `withdraw_epoch`. Aborts with `EZeroShares`.
fun book_withdrawal(self: &mut StakingPool, principal: u64, activation_epoch: u32, withdraw_epoch: u32) {
    // It enters with the next committee, one epoch before it leaves.
    if (!self.has_entered(activation_epoch)) return self.shares.withdraw_pre_active(withdraw_epoch, principal);
    let shares = self.shares_of(principal, activation_epoch);
    assert!(shares > 0, EZeroShares);
    self.shares.withdraw_shares(withdraw_epoch, shares);
}

/// Takes out stake that counts for no committee and returns its value.
fun leave_at_once(self: &mut StakingPool, principal: u64, activation_epoch: u32, epoch: u32): u64 {
    if (!self.has_entered(activation_epoch)) {
        self.pending_stake.reduce(activation_epoch, principal);
        return principal
    };
    let shares = self.shares_of(principal, activation_epoch);
    self.shares.withdraw_shares(epoch, shares);
    self.value_of(principal, activation_epoch, &self.shares.current_rate())
}

fun shares_of(self: &StakingPool, principal: u64, activation_epoch: u32): u64 {
    self.exchange_rates.entry_rate(activation_epoch, self.latest_epoch).convert_to_share_amount(principal)
}

/// Value, at the rate `sold_at`, of a stake that entered for `activation_epoch`. Rounding never costs principal;
/// only a slash does.
fun value_of(self: &StakingPool, principal: u64, activation_epoch: u32, sold_at: &PoolExchangeRate): u64 {
    let bought_at = self.exchange_rates.entry_rate(activation_epoch, self.latest_epoch);
    let value = sold_at.convert_to_wal_amount(bought_at.convert_to_share_amount(principal));
    if (sold_at.is_below(&bought_at)) value else value.max(principal)
}

/// Takes the value of a part of the active stake away from all its shares alike.
fun take_active_stake(self: &mut StakingPool, amount: u64): Balance<WAL> {
    self.shares.remove_value(amount);
    self.lost_stake = self.lost_stake + amount;
    let from_stake = amount.min(self.stake_balance.value());
    let mut taken = self.stake_balance.split(from_stake);
    taken.join(self.rewards_pool.split(amount - from_stake));
    taken
}

/// Takes `due` FROST out of the custody: principal from the stake, gains from the rewards. In a slashed pool either
/// makes up for what the slash took from the other.
fun pay(self: &mut StakingPool, principal: u64, due: u64): Balance<WAL> {
    let from_stake = due.min(principal).min(self.stake_balance.value());
    let mut payout = self.stake_balance.split(from_stake);
    let from_rewards = (due - from_stake).min(self.rewards_pool.value());
    payout.join(self.rewards_pool.split(from_rewards));
    if (self.lost_stake > 0) {
        let rest = (due - from_stake - from_rewards).min(self.stake_balance.value());
        payout.join(self.stake_balance.split(rest));
    };
    payout
}

/// Splits rewards between operator and stakers; returns the operator's part.
fun book_rewards(self: &mut StakingPool, mut rewards: Balance<WAL>): u64 {
    let commission = (rewards.value() as u128) * (self.commission_rate as u128) / (MAX_COMMISSION_RATE as u128);
    let commission = commission as u64;
    self.add_commission(rewards.split(commission), true);
    self.shares.add_rewards(rewards.value());
    self.rewards_pool.join(rewards);
    commission
}

fun update_commission_rate(self: &mut StakingPool, epoch: u32) {
    self.pending_commission_rate.latest_at(epoch).do!(|rate| self.commission_rate = rate as u16);
    self.pending_commission_rate.flush(epoch);
}

fun blocked_commission(self: &StakingPool): u64 {
    let key = NewEpochCommissionBlockedForCollection();
    if (self.extra_fields.contains(key)) self.extra_fields[key] else 0
}

fun block_commission(self: &mut StakingPool, amount: u64) {
    let blocked = self.blocked_commission() + amount;
    self.unblock_commission();
    self.extra_fields.add(NewEpochCommissionBlockedForCollection(), blocked);
}

fun assert_possession(epoch: u32, public_key: vector<u8>, proof: vector<u8>, ctx: &TxContext) {
    let message = messages::new_proof_of_possession_msg(epoch, ctx.sender(), public_key);
    assert!(message.verify_proof_of_possession(proof), EInvalidProofOfPossession);
}

// === Test functions ===

#[test_only]
public fun commission_rate(self: &StakingPool): u16 { self.commission_rate }
#[test_only]
public fun commission_amount(self: &StakingPool): u64 { self.commission.value() }
#[test_only]
public fun rewards_amount(self: &StakingPool): u64 { self.rewards_pool.value() }
#[test_only]
public fun stake_in_custody(self: &StakingPool): u64 { self.stake_balance.value() }
#[test_only]
public fun num_shares(self: &StakingPool): u64 { self.shares.num_shares() }
