/// The state of the storage side: committee, capacity, prices, accounting, and what is known of blobs.
module walrus::system_state_inner;

use sui::balance::Balance;
use sui::coin::Coin;
use sui::vec_map::{Self, VecMap};
use wal::wal::WAL;
use walrus::blob::{Self, Blob};
use walrus::blob_registry::{Self, BlobRegistry};
use walrus::bls_aggregate::{Self, BlsCommittee};
use walrus::encoding;
use walrus::epoch_parameters::EpochParams;
use walrus::event_blob::{Self, EventBlobCertificationState};
use walrus::events;
use walrus::extended_field::{Self, ExtendedField};
use walrus::messages;
use walrus::rewards;
use walrus::storage_accounting::{Self, FutureAccountingRingBuffer};
use walrus::storage_node::StorageNodeCap;
use walrus::storage_resource::{Self, Storage};

// === Errors ===

/// `max_epochs_ahead` must lie in 1 ..= 1000.
const EInvalidMaxEpochsAhead: u64 = 0;
/// The network has not enough free space in one of the epochs.
const EStorageExceeded: u64 = 1;
/// The period is empty or reaches beyond what can be paid for.
const EInvalidEpochsAhead: u64 = 2;
/// The attestation is for another epoch.
const EInvalidIdEpoch: u64 = 3;
/// The new committee is not that of the next epoch.
const EIncorrectCommittee: u64 = 4;
/// The node still has an event blob open.
const EIncorrectAttestation: u64 = 6;
/// The node attested this event blob or a later one already.
const ERepeatedAttestation: u64 = 7;
/// The node is not in the committee.
const ENotCommitteeMember: u64 = 8;
/// The deny list is not newer than the one on record.
const EIncorrectDenyListSequence: u64 = 9;
/// The deny list belongs to another node.
const EIncorrectDenyListNode: u64 = 10;
/// Storage of size 0 cannot be bought.
const EInvalidResourceSize: u64 = 11;

// === Constants ===

const MAX_MAX_EPOCHS_AHEAD: u32 = 1000;
/// Prices are per MiB of encoded data, rounded up.
const BYTES_PER_UNIT: u64 = 1_048_576;

// === Structs ===

/// The first eight fields are what the official clients read; `blob_registry` follows them.
public struct SystemStateInnerV1 has store {
    committee: BlsCommittee,
    total_capacity_size: u64,
    used_capacity_size: u64,
    storage_price_per_unit_size: u64,
    write_price_per_unit_size: u64,
    future_accounting: FutureAccountingRingBuffer,
    event_blob_certification_state: EventBlobCertificationState,
    deny_list_sizes: ExtendedField<VecMap<ID, u64>>,
    blob_registry: BlobRegistry,
}

// === Creation ===

/// Epoch 0: no committee, no capacity, no prices. Aborts with `EInvalidMaxEpochsAhead`.
public(package) fun create_empty(max_epochs_ahead: u32, ctx: &mut TxContext): SystemStateInnerV1 {
    assert!(max_epochs_ahead > 0 && max_epochs_ahead <= MAX_MAX_EPOCHS_AHEAD, EInvalidMaxEpochsAhead);
    SystemStateInnerV1 {
        committee: bls_aggregate::new_bls_committee(0, vector[]),
        total_capacity_size: 0,
        used_capacity_size: 0,
        storage_price_per_unit_size: 0,
        write_price_per_unit_size: 0,
        future_accounting: storage_accounting::ring_new(max_epochs_ahead),
        event_blob_certification_state: event_blob::create_with_empty_state(),
        deny_list_sizes: extended_field::new(vec_map::empty(), ctx),
        blob_registry: blob_registry::new(ctx),
    }
}

// === Epoch change ===

/// Moves to the next epoch and returns each old member's reward.
/// Aborts with `EIncorrectCommittee`.
public(package) fun advance_epoch(
    self: &mut SystemStateInnerV1,
    new_committee: BlsCommittee,
    params: &EpochParams,
): VecMap<ID, Balance<WAL>> {
    assert!(new_committee.epoch() == self.epoch() + 1, EIncorrectCommittee);
    let finished = self.future_accounting.ring_pop_expand();

    let used = finished.used_capacity();
    let mut payments = finished.unwrap_balance();
    let rewards = rewards::share_out(&mut payments, &self.committee, used, self.deny_list_sizes.borrow());
    self.future_accounting.add_rewards(0, payments);

    self.committee = new_committee;
    self.event_blob_certification_state.reset();
    self.used_capacity_size = self.future_accounting.ring_lookup(0).used_capacity();
    self.total_capacity_size = params.capacity().max(self.used_capacity_size);
    rewards
}

/// Takes the share of the current epoch's payments out that is to be burned.
public(package) fun extract_burn_balance(self: &mut SystemStateInnerV1): Balance<WAL> {
    rewards::take_burn(self.future_accounting.ring_lookup_mut(0).rewards_balance())
}

// === Storage space ===

/// Sells `storage_amount` bytes for `epochs_ahead` epochs from now.
/// Aborts with `EInvalidEpochsAhead`, `EInvalidResourceSize` or `EStorageExceeded`, or if `payment` is too small.
public(package) fun reserve_space(
    self: &mut SystemStateInnerV1,
    storage_amount: u64,
    epochs_ahead: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Storage {
    self.assert_payable_period(0, epochs_ahead);
    self.buy_space(storage_amount, 0, epochs_ahead, payment, ctx)
}

/// Sells `storage_amount` bytes for the epochs from `start_epoch` (now, if past) up to `end_epoch`.
/// Aborts as `reserve_space`.
public(package) fun reserve_space_for_epochs(
    self: &mut SystemStateInnerV1,
    storage_amount: u64,
    start_epoch: u32,
    end_epoch: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Storage {
    let now = self.epoch();
    let start = start_epoch.max(now);
    assert!(end_epoch > start, EInvalidEpochsAhead);
    self.assert_payable_period(start - now, end_epoch - now);
    self.buy_space(storage_amount, start - now, end_epoch - now, payment, ctx)
}

/// Charges `storage_amount` bytes for the epoch offsets [start, end) and books the space.
/// Aborts with `EInvalidEpochsAhead`, `EStorageExceeded`, or if `payment` is too small.
public(package) fun charge_and_book(
    self: &mut SystemStateInnerV1,
    storage_amount: u64,
    start: u32,
    end: u32,
    payment: &mut Coin<WAL>,
) {
    self.assert_payable_period(start, end);
    let per_epoch = units(storage_amount) * self.storage_price_per_unit_size;
    self.future_accounting.deposit(start, end, per_epoch, payment.balance_mut());
    self.book_space(storage_amount, start, end);
}

/// Charges and books `storage_amount` more bytes from now to `end_epoch`, for space that is in use already.
/// Aborts as `charge_and_book`.
public(package) fun charge_and_book_until(
    self: &mut SystemStateInnerV1,
    storage_amount: u64,
    end_epoch: u32,
    payment: &mut Coin<WAL>,
) {
    assert!(storage_amount > 0, EInvalidResourceSize);
    let now = self.epoch();
    assert!(end_epoch > now, EInvalidEpochsAhead);
    self.charge_and_book(storage_amount, 0, end_epoch - now, payment)
}

/// Charges for writing `encoded_length` bytes, due in the current epoch.
public(package) fun charge_write(self: &mut SystemStateInnerV1, encoded_length: u64, payment: &mut Coin<WAL>) {
    let cost = units(encoded_length) * self.write_price_per_unit_size;
    self.future_accounting.add_rewards(0, payment.balance_mut().split(cost));
}

// === Blobs ===

/// Registers a blob on bought space and charges the write fee.
/// Aborts as `blob::new`, or if `payment` is too small.
public(package) fun register_blob(
    self: &mut SystemStateInnerV1,
    storage: Storage,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    deletable: bool,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Blob {
    let blob = blob::new(
        storage, blob_id, root_hash, size, encoding_type, deletable, self.epoch(), self.n_shards(), ctx,
    );
    let encoded = blob.encoded_size(self.n_shards());
    self.charge_write(encoded, payment);
    blob
}

/// Certifies a blob with a quorum's signature and records it as live.
/// Aborts as `bls_aggregate::verify_quorum_in_epoch`, `messages::certify_blob_message`,
/// `blob::certify_with_certified_msg` and `blob_registry::certified`.
public(package) fun certify_blob(
    self: &mut SystemStateInnerV1,
    blob: &mut Blob,
    signature: vector<u8>,
    signers_bitmap: vector<u8>,
    message: vector<u8>,
) {
    let certified = self.committee.verify_quorum_in_epoch(signature, signers_bitmap, message);
    blob.certify_with_certified_msg(self.epoch(), messages::certify_blob_message(certified));
    self.record_certified(blob.blob_id(), blob.end_epoch());
}

/// Deletes a deletable blob and returns its storage. Aborts as `blob::delete`.
public(package) fun delete_blob(self: &mut SystemStateInnerV1, blob: Blob): Storage {
    if (blob.certified_epoch().is_some()) self.record_deleted(blob.blob_id());
    blob.delete(self.epoch())
}

/// Prolongs a certified blob by paying for its space.
/// Aborts as `blob::assert_certified_not_expired`, `blob_registry::extended` and `charge_and_book`.
public(package) fun extend_blob(
    self: &mut SystemStateInnerV1,
    blob: &mut Blob,
    extended_epochs: u32,
    payment: &mut Coin<WAL>,
) {
    blob.assert_certified_not_expired(self.epoch());
    let start = blob.end_epoch() - self.epoch();
    self.charge_and_book(blob.storage().size(), start, start + extended_epochs, payment);
    blob.storage_mut().extend_end_epoch(extended_epochs);
    self.record_extended(blob.blob_id(), blob.end_epoch());
    blob.emit_certified(true);
}

/// Prolongs a certified blob with storage that follows its own.
/// Aborts as `blob::extend_with_resource` and `blob_registry::extended`.
public(package) fun extend_blob_with_resource(self: &mut SystemStateInnerV1, blob: &mut Blob, extension: Storage) {
    blob.extend_with_resource(extension, self.epoch());
    self.record_extended(blob.blob_id(), blob.end_epoch());
}

/// Records a blob id that at least one honest node found inconsistent, and returns it.
/// Aborts as `bls_aggregate::verify_one_correct_node_in_epoch` and `messages::invalid_blob_id_message`.
public(package) fun invalidate_blob_id(
    self: &mut SystemStateInnerV1,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
): u256 {
    let certified = self.committee.verify_one_correct_node_in_epoch(signature, members_bitmap, message);
    let blob_id = messages::invalid_blob_id_message(certified).invalid_blob_id();
    self.record_invalid(blob_id);
    blob_id
}

// === Registry ===

public(package) fun blob_registry(self: &SystemStateInnerV1): &BlobRegistry { &self.blob_registry }

public(package) fun record_certified(self: &mut SystemStateInnerV1, blob_id: u256, end_epoch: u32) {
    let epoch = self.epoch();
    self.blob_registry.certified(blob_id, end_epoch, epoch)
}

public(package) fun record_extended(self: &mut SystemStateInnerV1, blob_id: u256, end_epoch: u32) {
    let epoch = self.epoch();
    self.blob_registry.extended(blob_id, end_epoch, epoch)
}

public(package) fun record_deleted(self: &mut SystemStateInnerV1, blob_id: u256) {
    self.blob_registry.deleted(blob_id)
}

/// Records a blob id as inconsistent; emits `InvalidBlobID`.
public(package) fun record_invalid(self: &mut SystemStateInnerV1, blob_id: u256) {
    let epoch = self.epoch();
    self.blob_registry.invalidated(blob_id, epoch);
    events::emit_invalid_blob_id(epoch, blob_id);
}

public(package) fun prune_registry(self: &mut SystemStateInnerV1, blob_ids: vector<u256>) {
    let epoch = self.epoch();
    self.blob_registry.prune(blob_ids, epoch)
}

// === Event blobs ===

/// Counts a node's attestation of an event blob; at a quorum the blob is registered and certified, free of charge.
/// Aborts with `ENotCommitteeMember`, `EInvalidIdEpoch`, `ERepeatedAttestation` or `EIncorrectAttestation`.
public(package) fun certify_event_blob(
    self: &mut SystemStateInnerV1,
    cap: &mut StorageNodeCap,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    ending_checkpoint: u64,
    epoch: u32,
    ctx: &mut TxContext,
) {
    assert!(self.committee.contains(&cap.node_id()), ENotCommitteeMember);
    assert!(epoch == self.epoch(), EInvalidIdEpoch);
    self.assert_attestation_allowed(cap, ending_checkpoint);
    cap.set_last_event_blob_attestation(event_blob::new_attestation(ending_checkpoint, epoch));
    if (self.event_blob_certification_state.is_blob_already_certified(ending_checkpoint)) return;

    let vote = event_blob::new_event_blob(ending_checkpoint, blob_id);
    let weight = self.committee.get_member_weight(&cap.node_id());
    let support = self.event_blob_certification_state.add_weight(vote, weight);
    if (!self.committee.is_quorum(support)) return;

    self.store_event_blob(blob_id, root_hash, size, encoding_type, ctx);
    self.event_blob_certification_state.update_latest_certified_event_blob(vote);
}

// === Deny lists and protocol version ===

/// Announces a node's new deny list. Aborts with `ENotCommitteeMember` or `EIncorrectDenyListSequence`.
public(package) fun register_deny_list_update(
    self: &SystemStateInnerV1,
    cap: &StorageNodeCap,
    deny_list_root: u256,
    deny_list_sequence: u64,
) {
    assert!(self.committee.contains(&cap.node_id()), ENotCommitteeMember);
    assert!(deny_list_sequence > cap.deny_list_sequence(), EIncorrectDenyListSequence);
    events::emit_register_deny_list_update(self.epoch(), deny_list_root, deny_list_sequence, cap.node_id());
}

/// Takes over a deny list certified by a quorum; its size lowers the node's reward.
/// Aborts with `ENotCommitteeMember`, `EIncorrectDenyListNode`, `EIncorrectDenyListSequence`,
/// or as the verification of the message.
public(package) fun update_deny_list(
    self: &mut SystemStateInnerV1,
    cap: &mut StorageNodeCap,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    let node_id = cap.node_id();
    assert!(self.committee.contains(&node_id), ENotCommitteeMember);
    let certified = self.committee.verify_quorum_in_epoch(signature, members_bitmap, message);
    let update = messages::deny_list_update_message(certified);
    assert!(update.storage_node_id() == node_id, EIncorrectDenyListNode);
    assert!(cap.deny_list_sequence() < update.sequence_number(), EIncorrectDenyListSequence);
    cap.set_deny_list_properties(update.root(), update.sequence_number(), update.size());
    let sizes = self.deny_list_sizes.borrow_mut();
    if (sizes.contains(&node_id)) { sizes.remove(&node_id); };
    sizes.insert(node_id, update.size());
    events::emit_deny_list_update(self.epoch(), update.root(), update.sequence_number(), node_id);
}

/// Announces that a denied blob was deleted, on the word of at least one honest node.
/// Aborts as the verification of the message.
public(package) fun delete_deny_listed_blob(
    self: &SystemStateInnerV1,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    let certified = self.committee.verify_one_correct_node_in_epoch(signature, members_bitmap, message);
    let blob_id = messages::deny_list_blob_deleted_message(certified).deleted_blob_id();
    events::emit_deny_list_blob_deleted(self.epoch(), blob_id);
}

/// Announces the protocol version a quorum agreed on.
/// Aborts with `ENotCommitteeMember` or as the verification of the message.
public(package) fun update_protocol_version(
    self: &SystemStateInnerV1,
    cap: &StorageNodeCap,
    signature: vector<u8>,
    members_bitmap: vector<u8>,
    message: vector<u8>,
) {
    assert!(self.committee.contains(&cap.node_id()), ENotCommitteeMember);
    let certified = self.committee.verify_quorum_in_epoch(signature, members_bitmap, message);
    let update = messages::protocol_version_message(certified);
    events::emit_protocol_version_updated(self.epoch(), update.start_epoch(), update.protocol_version());
}

// === Subsidies ===

/// Spreads a donation evenly over the next `epochs_ahead` epochs, the remainder to the current one.
/// Aborts with `EInvalidEpochsAhead`.
public(package) fun add_subsidy(self: &mut SystemStateInnerV1, subsidy: Coin<WAL>, epochs_ahead: u32) {
    self.assert_payable_period(0, epochs_ahead);
    let mut funds = subsidy.into_balance();
    let per_epoch = funds.value() / (epochs_ahead as u64);
    self.future_accounting.deposit(0, epochs_ahead, per_epoch, &mut funds);
    self.future_accounting.add_rewards(0, funds);
}

/// Adds the i-th amount to the i-th epoch from now. Aborts with `EInvalidEpochsAhead` if there are too many.
public(package) fun add_per_epoch_subsidies(self: &mut SystemStateInnerV1, subsidies: vector<Balance<WAL>>) {
    let epochs = self.future_accounting.max_epochs_ahead() as u64;
    assert!(subsidies.length() <= epochs, EInvalidEpochsAhead);
    let mut epochs_ahead = 0;
    subsidies.do!(|subsidy| {
        self.future_accounting.add_rewards(epochs_ahead, subsidy);
        epochs_ahead = epochs_ahead + 1;
    });
}

// === Getters and setters ===

public(package) fun epoch(self: &SystemStateInnerV1): u32 { self.committee.epoch() }
public(package) fun committee(self: &SystemStateInnerV1): &BlsCommittee { &self.committee }
public(package) fun n_shards(self: &SystemStateInnerV1): u16 { self.committee.n_shards() }
public(package) fun total_capacity_size(self: &SystemStateInnerV1): u64 { self.total_capacity_size }
public(package) fun used_capacity_size(self: &SystemStateInnerV1): u64 { self.used_capacity_size }

public(package) fun future_accounting(self: &SystemStateInnerV1): &FutureAccountingRingBuffer {
    &self.future_accounting
}

public(package) fun set_storage_price(self: &mut SystemStateInnerV1, price: u64) {
    self.storage_price_per_unit_size = price;
}

public(package) fun set_write_price(self: &mut SystemStateInnerV1, price: u64) {
    self.write_price_per_unit_size = price;
}

// === Private functions ===

fun units(bytes: u64): u64 {
    bytes.divide_and_round_up(BYTES_PER_UNIT)
}

/// Offsets [start, end) must be in order and inside the ring.
fun assert_payable_period(self: &SystemStateInnerV1, start: u32, end: u32) {
    assert!(start < end && end <= self.future_accounting.max_epochs_ahead(), EInvalidEpochsAhead);
}

fun buy_space(
    self: &mut SystemStateInnerV1,
    storage_amount: u64,
    start: u32,
    end: u32,
    payment: &mut Coin<WAL>,
    ctx: &mut TxContext,
): Storage {
    let per_epoch = units(storage_amount) * self.storage_price_per_unit_size;
    self.future_accounting.deposit(start, end, per_epoch, payment.balance_mut());
    assert!(storage_amount > 0, EInvalidResourceSize);
    self.book_space(storage_amount, start, end);
    let now = self.epoch();
    storage_resource::create_storage(now + start, now + end, storage_amount, ctx)
}

/// Books the space in every epoch of [start, end). Aborts with `EStorageExceeded` if one is full.
fun book_space(self: &mut SystemStateInnerV1, storage_amount: u64, start: u32, end: u32) {
    start.range_do!(end, |i| {
        let used = self.future_accounting.ring_lookup_mut(i).increase_used_capacity(storage_amount);
        if (i == 0) self.used_capacity_size = used;
        assert!(used <= self.total_capacity_size, EStorageExceeded);
    });
}

/// A node may have one event blob open: an attestation of an earlier epoch, or one that has been certified since.
fun assert_attestation_allowed(self: &SystemStateInnerV1, cap: &StorageNodeCap, ending_checkpoint: u64) {
    let epoch = self.epoch();
    let latest = self.event_blob_certification_state.latest_certified_checkpoint();
    cap.last_event_blob_attestation().do!(|last| {
        let earlier_epoch = last.last_attested_event_blob_epoch() < epoch;
        let checkpoint = last.last_attested_event_blob_checkpoint_seq_num();
        assert!(earlier_epoch || ending_checkpoint > checkpoint, ERepeatedAttestation);
        assert!(earlier_epoch || latest.is_some_and!(|certified| checkpoint <= *certified), EIncorrectAttestation);
    });
}

/// Registers and certifies an event blob for the longest period, without payment; its object is not kept.
fun store_event_blob(
    self: &mut SystemStateInnerV1,
    blob_id: u256,
    root_hash: u256,
    size: u64,
    encoding_type: u8,
    ctx: &mut TxContext,
) {
    let now = self.epoch();
    let epochs = self.future_accounting.max_epochs_ahead();
    let encoded = encoding::encoded_blob_length(size, encoding_type, self.n_shards());
    epochs.do!(|i| {
        let used = self.future_accounting.ring_lookup_mut(i).increase_used_capacity(encoded);
        if (i == 0) self.used_capacity_size = used;
    });
    let storage = storage_resource::create_storage(now, now + epochs, encoded, ctx);
    let mut blob = blob::new(storage, blob_id, root_hash, size, encoding_type, false, now, self.n_shards(), ctx);
    blob.certify_with_certified_msg(now, messages::certified_permanent_blob(blob_id));
    self.record_certified(blob_id, blob.end_epoch());
    blob.burn();
}
