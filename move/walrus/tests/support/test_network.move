/// A small network for tests. BLS signatures are not checked by the unit test runner, so keys and signatures here
/// are placeholders; what they protect is tested where real signatures can be made.
#[test_only]
module walrus::test_network;

use std::unit_test;
use sui::balance::Balance;
use sui::bcs;
use sui::clock::{Self, Clock};
use sui::coin::Coin;
use wal::wal::{Self, ProtectedTreasury, WAL};
use walrus::blob::{Self, Blob};
use walrus::encoding;
use walrus::network_parameters::{Self, NetworkParameters};
use walrus::node_metadata;
use walrus::staked_wal::StakedWal;
use walrus::staking::{Self, Staking};
use walrus::staking_pool::StakingPool;
use walrus::storage_node::StorageNodeCap;
use walrus::system::{Self, System};

// === Constants ===

/// FROST in a WAL.
const WAL_IN_FROST: u64 = 1_000_000_000;
const EPOCH_DURATION: u64 = 1_000;
const MAX_EPOCHS_AHEAD: u32 = 10;
const STORAGE_PRICE: u64 = 5;
const WRITE_PRICE: u64 = 2;
/// 1 TiB a node.
const NODE_CAPACITY: u64 = 1_099_511_627_776;
const TREASURY: u64 = 1_000_000_000_000_000_000;

// === Structs ===

/// System and Staking with their nodes, owned by the test. `stakes[i]` is the first stake of node i.
public struct Network {
    system: System,
    staking: Staking,
    treasury: ProtectedTreasury,
    funds: Coin<WAL>,
    clock: Clock,
    caps: vector<StorageNodeCap>,
    stakes: vector<StakedWal>,
}

// === Bring-up ===

public fun wal_in_frost(): u64 { WAL_IN_FROST }

public fun epoch_duration(): u64 { EPOCH_DURATION }

public fun max_epochs_ahead(): u32 { MAX_EPOCHS_AHEAD }

public fun storage_price(): u64 { STORAGE_PRICE }

public fun write_price(): u64 { WRITE_PRICE }

/// Epoch 0 without nodes.
public fun empty(n_shards: u16, ctx: &mut TxContext): Network {
    with_parameters(n_shards, network_parameters::default(EPOCH_DURATION), ctx)
}

public fun with_parameters(n_shards: u16, parameters: NetworkParameters, ctx: &mut TxContext): Network {
    let clock = clock::create_for_testing(ctx);
    let (treasury, funds) = wal::new_treasury_for_testing(TREASURY, ctx);
    Network {
        system: system::new_for_testing(MAX_EPOCHS_AHEAD, ctx),
        staking: staking::new_for_testing(EPOCH_DURATION, n_shards, parameters, &clock, ctx),
        treasury,
        funds,
        clock,
        caps: vector[],
        stakes: vector[],
    }
}

/// Epoch 1 with one node for each stake (in WAL); the epoch change is complete.
public fun with_stakes(n_shards: u16, stakes: vector<u64>, ctx: &mut TxContext): Network {
    let mut network = empty(n_shards, ctx);
    stakes.do!(|wal| { network.add_node(wal, ctx); });
    network.next_epoch(ctx);
    network
}

/// Epoch 1 with four nodes of equal stake and 4 shards.
public fun four_nodes(ctx: &mut TxContext): Network {
    with_stakes(4, vector[1_000, 1_000, 1_000, 1_000], ctx)
}

/// Registers a node without commission and stakes with it unless `wal` is 0; returns its number.
public fun add_node(self: &mut Network, wal: u64, ctx: &mut TxContext): u64 {
    self.add_node_with_commission(wal, 0, ctx)
}

/// `add_node` with a commission rate in basis points.
public fun add_node_with_commission(self: &mut Network, wal: u64, rate: u16, ctx: &mut TxContext): u64 {
    let i = self.caps.length();
    let cap = self.register(rate, ctx);
    if (wal > 0) {
        let stake = self.staking.stake_with_pool(self.funds.split(wal * WAL_IN_FROST, ctx), cap.node_id(), ctx);
        self.stakes.push_back(stake);
    };
    self.caps.push_back(cap);
    i
}

public fun register(self: &mut Network, commission_rate: u16, ctx: &mut TxContext): StorageNodeCap {
    self
        .staking
        .register_candidate(
            b"node".to_string(),
            b"127.0.0.1:9185".to_string(),
            node_metadata::default(),
            bls_key(),
            network_key(),
            signature(),
            commission_rate,
            STORAGE_PRICE,
            WRITE_PRICE,
            NODE_CAPACITY,
            ctx,
        )
}

/// The generator of G1: any point will do where signatures are not checked.
public fun bls_key(): vector<u8> {
    x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
}

public fun network_key(): vector<u8> { vector::tabulate!(33, |_| 2) }

public fun signature(): vector<u8> { vector::tabulate!(96, |_| 0) }

/// The context of another transaction, whose objects have other ids than those of `dummy`.
public fun another_transaction(): TxContext { tx_context::new_from_hint(@0x0, 1, 0, 0, 0) }

// === Course of epochs ===

/// Lets a whole epoch pass: parameters, change, and reports of all members.
public fun next_epoch(self: &mut Network, ctx: &mut TxContext) {
    self.select_parameters();
    self.start_epoch_change(ctx);
    self.finish_epoch_change();
}

/// Moves the clock on and fixes the next committee.
public fun select_parameters(self: &mut Network) {
    self.clock.increment_for_testing(EPOCH_DURATION / 2);
    self.staking.voting_end(&self.clock);
}

/// Moves the clock on and starts the next epoch.
public fun start_epoch_change(self: &mut Network, ctx: &mut TxContext) {
    self.clock.increment_for_testing(EPOCH_DURATION / 2);
    self.staking.initiate_epoch_change_v2(&mut self.system, &mut self.treasury, &self.clock, ctx);
}

/// Pays 5,000 FROST into the current epoch: 1,000 MiB for one epoch. With 3 % burned, four equal members get 1,212
/// FROST each.
public fun earn(self: &mut Network, ctx: &mut TxContext) {
    self.system.reserve_space(1_048_576_000, 1, &mut self.funds, ctx).destroy();
}

/// Lets every member report.
public fun finish_epoch_change(self: &mut Network) {
    let epoch = self.staking.epoch();
    self.caps.length().do!(|i| {
        if (self.staking.committee().contains(&self.caps[i].node_id())) {
            self.staking.epoch_sync_done(&mut self.caps[i], epoch, &self.clock);
        }
    });
}

// === Blobs ===

/// Buys space for `epochs` and registers a blob of `size` bytes whose root hash is `root_hash`.
public fun register_blob(
    self: &mut Network,
    root_hash: u256,
    size: u64,
    epochs: u32,
    deletable: bool,
    ctx: &mut TxContext,
): Blob {
    let encoded = encoding::encoded_blob_length(size, 1, self.system.n_shards());
    let storage = self.system.reserve_space(encoded, epochs, &mut self.funds, ctx);
    let blob_id = blob::derive_blob_id(root_hash, 1, size);
    self.system.register_blob(storage, blob_id, root_hash, size, 1, deletable, &mut self.funds, ctx)
}

/// Certifies with all members as signers.
public fun certify_blob(self: &mut Network, blob: &mut Blob) {
    let object_id = if (blob.is_deletable()) option::some(blob.object_id()) else option::none();
    let message = confirmation(self.system.epoch(), blob.blob_id(), object_id);
    let bitmap = self.everyone();
    self.system.certify_blob(blob, signature(), bitmap, message)
}

/// Signers bitmap of the whole committee.
public fun everyone(self: &Network): vector<u8> { bitmap_of(self.staking.committee().size()) }

/// Bitmap of the first `members` members.
public fun bitmap_of(members: u64): vector<u8> {
    vector::tabulate!(members.divide_and_round_up(8), |byte| {
        let bits = (members - 8 * byte).min(8);
        ((1u16 << (bits as u8)) - 1) as u8
    })
}

/// Header of a signed message.
public fun header(message_type: u8, epoch: u32): vector<u8> {
    let mut bytes = vector[message_type, 0, 3];
    bytes.append(bcs::to_bytes(&epoch));
    bytes
}

/// A storage confirmation: of a deletable blob if it names an object.
public fun confirmation(epoch: u32, blob_id: u256, object_id: Option<ID>): vector<u8> {
    let mut bytes = header(1, epoch);
    bytes.append(bcs::to_bytes(&blob_id));
    bytes.append(bcs::to_bytes(&object_id));
    bytes
}

/// A signed message about one blob id: invalid (2) or deleted because denied (5).
public fun blob_id_message(message_type: u8, epoch: u32, blob_id: u256): vector<u8> {
    let mut bytes = header(message_type, epoch);
    bytes.append(bcs::to_bytes(&blob_id));
    bytes
}

// === Access ===

public fun system(self: &Network): &System { &self.system }

public fun system_mut(self: &mut Network): &mut System { &mut self.system }

public fun staking(self: &Network): &Staking { &self.staking }

public fun staking_mut(self: &mut Network): &mut Staking { &mut self.staking }

public fun treasury(self: &Network): &ProtectedTreasury { &self.treasury }

public fun treasury_mut(self: &mut Network): &mut ProtectedTreasury { &mut self.treasury }

public fun funds(self: &Network): &Coin<WAL> { &self.funds }

public fun clock_mut(self: &mut Network): &mut Clock { &mut self.clock }

public fun caps(self: &Network): &vector<StorageNodeCap> { &self.caps }

public fun node_id(self: &Network, i: u64): ID { self.caps[i].node_id() }

/// Stakes `wal` WAL with node `i`.
public fun stake(self: &mut Network, i: u64, wal: u64, ctx: &mut TxContext): StakedWal {
    let coin = self.funds.split(wal * WAL_IN_FROST, ctx);
    self.staking.stake_with_pool(coin, self.caps[i].node_id(), ctx)
}

/// Adds to the test's funds.
public fun put(self: &mut Network, balance: Balance<WAL>, ctx: &mut TxContext) {
    self.funds.join(balance.into_coin(ctx))
}

/// Withdraws a stake and returns the payout in FROST.
public fun withdraw(self: &mut Network, stake: StakedWal, ctx: &mut TxContext): u64 {
    let payout = self.staking.withdraw_stake(stake, ctx);
    let amount = payout.value();
    self.funds.join(payout);
    amount
}

/// The pool of node `i`.
public fun pool(self: &Network, i: u64): &StakingPool { self.staking.inner().pool(self.caps[i].node_id()) }

/// `amount` FROST.
public fun mint(self: &mut Network, amount: u64, ctx: &mut TxContext): Coin<WAL> { self.funds.split(amount, ctx) }

/// Staking and funds, for calls that pay.
public fun staking_and_funds(self: &mut Network): (&mut Staking, &mut Coin<WAL>) {
    (&mut self.staking, &mut self.funds)
}

/// System and funds, for calls that pay.
public fun system_and_funds(self: &mut Network): (&mut System, &mut Coin<WAL>) {
    (&mut self.system, &mut self.funds)
}

/// Both shared objects, their treasury and clock.
public fun parts(self: &mut Network): (&mut Staking, &mut System, &mut ProtectedTreasury, &Clock) {
    (&mut self.staking, &mut self.system, &mut self.treasury, &self.clock)
}

/// Staking, the capability of node `i`, and the clock.
public fun staking_and_cap(self: &mut Network, i: u64): (&mut Staking, &mut StorageNodeCap, &Clock) {
    (&mut self.staking, &mut self.caps[i], &self.clock)
}

/// System and the capability of node `i`.
public fun system_and_cap(self: &mut Network, i: u64): (&mut System, &mut StorageNodeCap) {
    (&mut self.system, &mut self.caps[i])
}

/// Staking and the first stake of node `i`.
public fun staking_and_stake(self: &mut Network, i: u64): (&mut Staking, &mut StakedWal) {
    (&mut self.staking, &mut self.stakes[i])
}

/// Takes the first stake of node `i` out; later nodes' numbers in `stakes` move down.
public fun take_stake(self: &mut Network, i: u64): StakedWal { self.stakes.remove(i) }

public fun destroy(self: Network) {
    unit_test::destroy(self)
}
