/// Random courses of staking, income, penalties and epochs. Whatever happens, every step goes through, nobody but
/// the slashed loses principal, and no FROST appears or vanishes.
#[test_only]
module walrus::stake_walk_tests;

use std::unit_test::assert_eq;
use walrus::staked_wal::StakedWal;
use walrus::test_network::{Self, Network};

const NODES: u64 = 6;
const SHARDS: u16 = 12;
const STEPS: u64 = 80;

/// A linear congruential generator: the test draws its course from here.
public struct Dice has drop { state: u64 }

fun roll(dice: &mut Dice, sides: u64): u64 {
    dice.state = (((dice.state as u128) * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)) as u64;
    (dice.state >> 33) % sides
}

/// A network in epoch 1, stakes held by the test, and FROST taken by penalties.
public struct Walk {
    network: Network,
    dice: Dice,
    stakes: vector<StakedWal>,
    slashed: u64,
}

fun begin(seed: u64, ctx: &mut TxContext): Walk {
    let mut network = test_network::empty(SHARDS, ctx);
    NODES.do!(|i| { network.add_node_with_commission(100 * (i + 1), 500, ctx); });
    // One node keeps a stake of its own, so that epochs go on when all others have left.
    network.add_node(1, ctx);
    network.next_epoch(ctx);
    let mut walk = Walk { network, dice: Dice { state: seed }, stakes: vector[], slashed: 0 };
    NODES.do!(|_| {
        let stake = walk.network.take_stake(0);
        walk.stakes.push_back(stake);
    });
    walk
}

/// Whether the stake can be withdrawn now.
fun is_due(walk: &Walk, i: u64): bool {
    let staking = walk.network.staking();
    let stake = &walk.stakes[i];
    if (stake.is_withdrawing()) return stake.withdraw_epoch() <= staking.epoch();
    let wctx = staking.inner().context(&stake.node_id());
    staking.can_withdraw_staked_wal_early(stake) || (!wctx.in_current_committee() && !wctx.in_next_committee())
}

fun withdraw(walk: &mut Walk, i: u64, ctx: &mut TxContext) {
    let stake = walk.stakes.swap_remove(i);
    let principal = stake.value();
    let payout = walk.network.withdraw(stake, ctx);
    if (walk.slashed == 0) assert!(payout >= principal);
}

/// Withdraws the stake if it is due, requests it if not.
fun leave(walk: &mut Walk, i: u64, ctx: &mut TxContext) {
    if (walk.is_due(i)) {
        walk.withdraw(i, ctx)
    } else if (walk.stakes[i].is_staked()) {
        walk.network.staking_mut().request_withdraw_stake(&mut walk.stakes[i], ctx)
    }
}

fun slash(walk: &mut Walk, ctx: &mut TxContext) {
    let node = walk.dice.roll(NODES);
    let node_id = walk.network.node_id(node);
    if (walk.network.staking().get_current_node_weight(node_id) == 0) return;
    let penalty = walk.network.pool(node).wal_balance() * walk.dice.roll(3_000) / 10_000;
    let taken = walk.network.staking_mut().inner_mut().slash(node_id, penalty, 0);
    walk.slashed = walk.slashed + taken.value();
    walk.network.put(taken, ctx);
}

fun step(walk: &mut Walk, with_slashes: bool, ctx: &mut TxContext) {
    let action = walk.dice.roll(if (with_slashes) 10 else 9);
    if (action < 3) {
        let node = walk.dice.roll(NODES);
        if (!walk.network.pool(node).accepts_stake()) return;
        let amount = 1 + walk.dice.roll(1_000);
        walk.stakes.push_back(walk.network.stake(node, amount, ctx));
    } else if (action < 6) {
        if (walk.stakes.is_empty()) return;
        let i = walk.dice.roll(walk.stakes.length());
        walk.leave(i, ctx);
    } else if (action == 6) {
        walk.network.earn(ctx);
    } else if (action == 7) {
        // An epoch with stakes moving after the selection, too.
        walk.network.select_parameters();
        if (!walk.stakes.is_empty()) {
            let i = walk.dice.roll(walk.stakes.length());
            walk.leave(i, ctx);
        };
        walk.network.start_epoch_change(ctx);
        walk.network.finish_epoch_change();
    } else if (action == 8) {
        walk.network.next_epoch(ctx);
    } else {
        walk.slash(ctx);
    }
}

/// FROST in pools: principal, rewards and commission.
fun in_pools(walk: &Walk): u64 {
    vector::tabulate!(walk.network.caps().length(), |i| {
        let pool = walk.network.pool(i);
        pool.stake_in_custody() + pool.rewards_amount() + pool.commission_amount() + pool.bond().value()
    }).fold!(0, |sum, amount| sum + amount)
}

/// FROST waiting to become rewards.
fun in_ring(walk: &Walk): u64 {
    let ring = walk.network.system().future_accounting();
    vector::tabulate!(ring.max_epochs_ahead() as u64, |i| ring.ring_lookup(i as u32).rewards())
        .fold!(0, |sum, amount| sum + amount)
}

/// All FROST there are: nothing is minted after the start, and what is burned leaves the supply.
fun assert_conserved(walk: &Walk) {
    let held = walk.network.funds().value() + walk.in_pools() + walk.in_ring();
    assert_eq!(held, walk.network.treasury().total_supply());
}

/// Withdraws everything.
fun finish(mut walk: Walk, ctx: &mut TxContext) {
    4u64.do!(|_| {
        let mut i = 0;
        while (i < walk.stakes.length()) {
            let before = walk.stakes.length();
            walk.leave(i, ctx);
            if (walk.stakes.length() == before) i = i + 1;
        };
        walk.network.next_epoch(ctx);
    });
    assert!(walk.stakes.is_empty());
    walk.assert_conserved();
    // Nothing but dust from rounding is left behind.
    NODES.do!(|i| {
        let pool = walk.network.pool(i);
        assert!(pool.stake_in_custody() + pool.rewards_amount() < 1_000);
    });
    let Walk { network, stakes, .. } = walk;
    stakes.destroy_empty();
    network.destroy();
}


fun run(seed: u64, with_slashes: bool) {
    let ctx = &mut tx_context::new_from_hint(@0x0, seed, 0, 0, 0);
    let mut walk = begin(seed, ctx);
    STEPS.do!(|_| {
        walk.step(with_slashes, ctx);
        walk.assert_conserved();
    });
    walk.finish(ctx);
}

#[test]
fun without_penalties_1() { run(1, false) }

#[test]
fun without_penalties_2() { run(2, false) }

#[test]
fun without_penalties_3() { run(3, false) }

#[test]
fun with_penalties_1() { run(11, true) }

#[test]
fun with_penalties_2() { run(12, true) }

#[test]
fun with_penalties_3() { run(13, true) }

#[test]
fun with_penalties_4() { run(14, true) }
