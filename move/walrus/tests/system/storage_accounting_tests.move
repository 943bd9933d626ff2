#[test_only]
module walrus::storage_accounting_tests;

use std::unit_test::{assert_eq, destroy};
use sui::balance;
use wal::wal::WAL;
use walrus::storage_accounting::{Self, FutureAccountingRingBuffer};

fun pay(ring: &mut FutureAccountingRingBuffer, epochs_ahead: u32, amount: u64) {
    ring.add_rewards(epochs_ahead, balance::create_for_testing<WAL>(amount))
}

use fun pay as FutureAccountingRingBuffer.pay;

#[test]
fun ring_starts_at_epoch_zero() {
    let ring = storage_accounting::ring_new(3);
    assert_eq!(ring.max_epochs_ahead(), 3);
    3u32.do!(|i| {
        assert_eq!(ring.ring_lookup(i).epoch(), i);
        assert_eq!(ring.ring_lookup(i).used_capacity(), 0);
        assert_eq!(ring.ring_lookup(i).rewards(), 0);
    });
    destroy(ring);
}

#[test]
fun epochs_move_on_through_the_ring() {
    let mut ring = storage_accounting::ring_new(3);
    3u32.do!(|i| ring.pay(i, 10 + (i as u64)));
    // Five changes of epoch: the ring is gone through more than once.
    5u32.do!(|epoch| {
        let ended = ring.ring_pop_expand();
        assert_eq!(ended.epoch(), epoch);
        let expected = if (epoch < 3) 10 + (epoch as u64) else 0;
        assert_eq!(ended.unwrap_balance().destroy_for_testing(), expected);
        3u32.do!(|i| assert_eq!(ring.ring_lookup(i).epoch(), epoch + 1 + i));
    });
    destroy(ring);
}

#[test]
fun deposits_reach_every_epoch_of_the_period() {
    let mut ring = storage_accounting::ring_new(4);
    let mut funds = balance::create_for_testing<WAL>(100);
    ring.deposit(1, 3, 30, &mut funds);
    assert_eq!(ring.ring_lookup(0).rewards(), 0);
    assert_eq!(ring.ring_lookup(1).rewards(), 30);
    assert_eq!(ring.ring_lookup(2).rewards(), 30);
    assert_eq!(ring.ring_lookup(3).rewards(), 0);
    assert_eq!(funds.destroy_for_testing(), 40);
    destroy(ring);
}

#[test]
fun use_adds_up() {
    let mut ring = storage_accounting::ring_new(2);
    assert_eq!(ring.ring_lookup_mut(1).increase_used_capacity(5), 5);
    assert_eq!(ring.ring_lookup_mut(1).increase_used_capacity(7), 12);
    assert_eq!(ring.ring_lookup(1).used_capacity(), 12);
    destroy(ring);
}

#[test, expected_failure(abort_code = storage_accounting::ETooFarInFuture)]
fun looking_beyond_the_ring_aborts() {
    let ring = storage_accounting::ring_new(3);
    ring.ring_lookup(3);
    abort
}
