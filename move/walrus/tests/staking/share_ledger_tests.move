/// Shares and their value.
#[test_only]
module walrus::share_ledger_tests;

use std::unit_test::{assert_eq, destroy};
use walrus::pool_exchange_rate;
use walrus::share_ledger::{Self, RateHistory, ShareLedger};

/// A ledger of 1,000 FROST and as many shares, in epoch 1.
fun ledger(): (ShareLedger, RateHistory) {
    let mut ledger = share_ledger::empty();
    let mut history = share_ledger::new_history(0, &mut tx_context::dummy());
    ledger.advance(&mut history, 1, 0, 1_000);
    (ledger, history)
}

#[test]
fun flat_rate_changes_nothing() {
    let rate = pool_exchange_rate::flat();
    assert_eq!(rate.convert_to_share_amount(7), 7);
    assert_eq!(rate.convert_to_wal_amount(7), 7);
    assert!(!rate.is_below(&rate));
}

#[test]
fun variable_rate_rounds_down() {
    // 3 FROST for 2 shares.
    let rate = pool_exchange_rate::new(3, 2);
    assert_eq!(rate.convert_to_share_amount(10), 6);
    assert_eq!(rate.convert_to_wal_amount(7), 10);
    assert!(pool_exchange_rate::flat().is_below(&rate));
    assert!(!rate.is_below(&pool_exchange_rate::flat()));
    assert!(!rate.is_below(&pool_exchange_rate::new(6, 4)));
}

#[test]
fun empty_pool_is_flat() {
    assert_eq!(pool_exchange_rate::new(0, 5), pool_exchange_rate::flat());
    assert_eq!(pool_exchange_rate::new(5, 0), pool_exchange_rate::flat());
}

#[test]
fun rewards_make_new_shares_dearer() {
    let (mut ledger, mut history) = ledger();
    ledger.add_rewards(500);
    // 1,500 FROST for 1,000 shares; 300 more FROST buy 200 shares.
    ledger.advance(&mut history, 2, 0, 300);
    assert_eq!(ledger.wal_balance(), 1_800);
    assert_eq!(ledger.num_shares(), 1_200);
    assert_eq!(history.rate_at(2, 0, 2), pool_exchange_rate::new(1_500, 1_000));
    destroy(ledger);
    destroy(history);
}

#[test]
fun leaving_shares_take_their_value() {
    let (mut ledger, mut history) = ledger();
    ledger.add_rewards(500);
    ledger.withdraw_shares(2, 400);
    assert_eq!(ledger.balance_at(&history, 2, 0, 1, 0), 900);
    ledger.advance(&mut history, 2, 0, 0);
    // 400 shares of 1.5 FROST leave.
    assert_eq!(ledger.wal_balance(), 900);
    assert_eq!(ledger.num_shares(), 600);
    destroy(ledger);
    destroy(history);
}

#[test]
fun stake_can_leave_after_one_epoch() {
    let (mut ledger, mut history) = ledger();
    ledger.add_rewards(1_000);
    // 400 FROST become active in epoch 2 at 2 FROST a share (200 shares) and leave in epoch 3.
    ledger.withdraw_pre_active(3, 400);
    assert_eq!(ledger.balance_at(&history, 2, 0, 1, 400), 2_400);
    assert_eq!(ledger.balance_at(&history, 3, 0, 1, 400), 2_000);
    ledger.advance(&mut history, 2, 0, 400);
    assert_eq!(ledger.num_shares(), 1_200);
    assert_eq!(ledger.balance_at(&history, 3, 0, 2, 0), 2_000);
    ledger.add_rewards(1_200);
    // 3 FROST a share now: 200 shares leave with 600.
    assert_eq!(ledger.balance_at(&history, 3, 0, 2, 0), 3_000);
    ledger.advance(&mut history, 3, 0, 0);
    assert_eq!(ledger.wal_balance(), 3_000);
    assert_eq!(ledger.num_shares(), 1_000);
    destroy(ledger);
    destroy(history);
}

#[test]
fun history_answers_with_the_last_rate_on_record() {
    let (mut ledger, mut history) = ledger();
    ledger.add_rewards(500);
    ledger.advance(&mut history, 4, 0, 0);
    let late = pool_exchange_rate::new(1_500, 1_000);
    assert_eq!(history.rate_at(0, 0, 4), pool_exchange_rate::flat());
    assert_eq!(history.rate_at(3, 0, 4), pool_exchange_rate::flat());
    assert_eq!(history.rate_at(4, 0, 4), late);
    assert_eq!(history.rate_at(9, 0, 4), late);
    destroy(ledger);
    destroy(history);
}

#[test]
fun slashes_stop_at_three_tenths_of_a_share() {
    let (mut ledger, history) = ledger();
    assert_eq!(ledger.slashable(), 700);
    ledger.remove_value(700);
    assert_eq!(ledger.slashable(), 0);
    ledger.add_rewards(50);
    assert_eq!(ledger.slashable(), 50);
    destroy(ledger);
    destroy(history);
}

#[test]
fun stake_enters_at_the_first_rate_from_its_epoch_on() {
    let (mut ledger, mut history) = ledger();
    ledger.add_rewards(500);
    ledger.advance(&mut history, 4, 0, 0);
    let late = pool_exchange_rate::new(1_500, 1_000);
    assert_eq!(history.entry_rate(1, 4), pool_exchange_rate::flat());
    assert_eq!(history.entry_rate(2, 4), late);
    assert_eq!(history.entry_rate(4, 4), late);
    destroy(ledger);
    destroy(history);
}

#[test]
fun never_more_leaves_than_there_is() {
    let (mut ledger, mut history) = ledger();
    ledger.withdraw_shares(2, 1_001);
    ledger.advance(&mut history, 2, 0, 0);
    assert_eq!(ledger.wal_balance(), 0);
    assert_eq!(ledger.num_shares(), 0);
    destroy(ledger);
    destroy(history);
}
