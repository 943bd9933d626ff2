/// What a transaction knows of itself.
module sui::tx_context;

/// Only the system makes one; it reaches an entry function as its last argument.
/// The fields stay for their layout; most answers come from the running network.
#[allow(unused_field)]
public struct TxContext has drop {
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
}

/// Who signed the transaction.
public fun sender(_self: &TxContext): address { native_sender() }

native fun native_sender(): address;

/// The digest of the transaction, 32 bytes.
public fun digest(self: &TxContext): &vector<u8> { &self.tx_hash }

/// The current epoch of the network.
public fun epoch(_self: &TxContext): u64 { native_epoch() }

native fun native_epoch(): u64;

/// When the epoch began, Unix time in milliseconds.
public fun epoch_timestamp_ms(_self: &TxContext): u64 { native_epoch_timestamp_ms() }

native fun native_epoch_timestamp_ms(): u64;

/// Who pays for the transaction, when it is not the sender.
public fun sponsor(_self: &TxContext): Option<address> { option_sponsor() }

/// An address that was never used before and never will be by others.
public fun fresh_object_address(_ctx: &mut TxContext): address { fresh_id() }

native fun fresh_id(): address;

/// The price of a unit of computation all validators agree on, in MIST.
public fun reference_gas_price(_self: &TxContext): u64 { native_rgp() }

native fun native_rgp(): u64;

/// The price of a unit of computation this transaction pays, in MIST.
public fun gas_price(_self: &TxContext): u64 { native_gas_price() }

native fun native_gas_price(): u64;

#[allow(unused_function)]
native fun native_ids_created(): u64;

#[allow(unused_function)]
native fun native_gas_budget(): u64;

native fun native_sponsor(): vector<address>;

#[allow(unused_function)]
native fun derive_id(tx_hash: vector<u8>, ids_created: u64): address;

fun option_sponsor(): Option<address> {
    let mut sponsor = native_sponsor();
    if (sponsor.is_empty()) option::none() else option::some(sponsor.pop_back())
}

// === For tests ===

#[test_only]
const DEFAULT_GAS_PRICE: u64 = 1000;
#[test_only]
const DEFAULT_GAS_BUDGET: u64 = 10_000_000_000;

#[test_only]
native fun replace(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
    rgp: u64,
    gas_price: u64,
    gas_budget: u64,
    sponsor: vector<address>,
);

#[test_only]
native fun last_created_id(): address;

#[test_only]
/// A context for a test; `tx_hash` has 32 bytes.
public fun new(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
): TxContext {
    assert!(tx_hash.length() == 32);
    create(
        sender,
        tx_hash,
        epoch,
        epoch_timestamp_ms,
        ids_created,
        DEFAULT_GAS_PRICE,
        DEFAULT_GAS_PRICE,
        DEFAULT_GAS_BUDGET,
        option::none(),
    )
}

#[test_only]
public fun create(
    sender: address,
    tx_hash: vector<u8>,
    epoch: u64,
    epoch_timestamp_ms: u64,
    ids_created: u64,
    reference_gas_price: u64,
    gas_price: u64,
    gas_budget: u64,
    sponsor: Option<address>,
): TxContext {
    replace(
        sender,
        tx_hash,
        epoch,
        epoch_timestamp_ms,
        ids_created,
        reference_gas_price,
        gas_price,
        gas_budget,
        sponsor.to_vec(),
    );
    TxContext { sender, tx_hash, epoch, epoch_timestamp_ms, ids_created }
}

#[test_only]
/// A context whose digest is made from `hint`.
public fun new_from_hint(addr: address, hint: u64, epoch: u64, epoch_timestamp_ms: u64, ids_created: u64): TxContext {
    new(addr, dummy_tx_hash_with_hint(hint), epoch, epoch_timestamp_ms, ids_created)
}

#[test_only]
/// A context of sender 0x0 in epoch 0.
public fun dummy(): TxContext { new_from_hint(@0x0, 0, 0, 0, 0) }

#[test_only]
/// 32 bytes: `hint` in little-endian order, then zeros.
fun dummy_tx_hash_with_hint(hint: u64): vector<u8> {
    let mut tx_hash = std::bcs::to_bytes(&hint);
    while (tx_hash.length() < 32) tx_hash.push_back(0);
    tx_hash
}

#[test_only]
public fun ids_created(_self: &TxContext): u64 { native_ids_created() }

#[test_only]
public fun gas_budget(_self: &TxContext): u64 { native_gas_budget() }

#[test_only]
/// The id made last in this transaction.
public fun last_created_object_id(_self: &TxContext): address { last_created_id() }

#[test_only]
public fun increment_epoch_number(self: &mut TxContext) {
    let (epoch, timestamp) = (self.epoch() + 1, self.epoch_timestamp_ms());
    refresh(self, epoch, timestamp);
}

#[test_only]
public fun increment_epoch_timestamp(self: &mut TxContext, delta_ms: u64) {
    let (epoch, timestamp) = (self.epoch(), self.epoch_timestamp_ms() + delta_ms);
    refresh(self, epoch, timestamp);
}

#[test_only]
fun refresh(self: &mut TxContext, epoch: u64, epoch_timestamp_ms: u64) {
    self.epoch = epoch;
    self.epoch_timestamp_ms = epoch_timestamp_ms;
    replace(
        native_sender(),
        self.tx_hash,
        epoch,
        epoch_timestamp_ms,
        native_ids_created(),
        native_rgp(),
        native_gas_price(),
        native_gas_budget(),
        native_sponsor(),
    );
}
