#[test_only]
/// Several transactions of several senders in one test, with the objects they leave behind.
module sui::test_scenario;

use sui::vec_map::VecMap;

/// A shared or immutable object was changed, or went elsewhere than back to where it was.
#[allow(unused_const)]
const EInvalidSharedOrImmutableUsage: u64 = 1;
/// A shared or immutable object was not given back, or there is none to take.
#[allow(unused_const)]
const ECantReturnObject: u64 = 2;
/// There is no object of the type to take.
const EEmptyInventory: u64 = 3;
/// There is no object of this id to take.
#[allow(unused_const)]
const EObjectIDNotFound: u64 = 4;

/// One test's run of transactions; its context is that of the current one.
public struct Scenario {
    txn_number: u64,
    ctx: TxContext,
}

/// What a transaction did.
public struct TransactionEffects has drop {
    created: vector<ID>,
    written: vector<ID>,
    deleted: vector<ID>,
    transferred_to_account: VecMap<ID, address>,
    transferred_to_object: VecMap<ID, ID>,
    shared: vector<ID>,
    frozen: vector<ID>,
    num_user_events: u64,
}

// === Transactions ===

/// Begins the first transaction, of `sender`.
public fun begin(sender: address): Scenario {
    Scenario { txn_number: 0, ctx: tx_context::new_from_hint(sender, 0, 0, 0, 0) }
}

/// Ends the current transaction and begins another, of `sender`.
public fun next_tx(scenario: &mut Scenario, sender: address): TransactionEffects {
    let epoch = scenario.ctx.epoch();
    let timestamp = scenario.ctx.epoch_timestamp_ms();
    advance(scenario, sender, epoch, timestamp)
}

/// Ends the current transaction and begins another in the next epoch.
public fun next_epoch(scenario: &mut Scenario, sender: address): TransactionEffects {
    let epoch = scenario.ctx.epoch() + 1;
    let timestamp = scenario.ctx.epoch_timestamp_ms();
    advance(scenario, sender, epoch, timestamp)
}

/// Ends the current transaction and begins another in the next epoch, which begins `delta_ms` after the last one.
public fun later_epoch(scenario: &mut Scenario, delta_ms: u64, sender: address): TransactionEffects {
    let epoch = scenario.ctx.epoch() + 1;
    let timestamp = scenario.ctx.epoch_timestamp_ms() + delta_ms;
    advance(scenario, sender, epoch, timestamp)
}

/// Ends the last transaction and the scenario. Fails when a shared or immutable object was not given back.
public fun end(scenario: Scenario): TransactionEffects {
    let Scenario { txn_number: _, ctx: _ } = scenario;
    end_transaction()
}

/// The context of the current transaction.
public fun ctx(scenario: &mut Scenario): &mut TxContext { &mut scenario.ctx }

public fun sender(scenario: &Scenario): address { scenario.ctx.sender() }

/// The id of an object made in this transaction.
public fun new_object(scenario: &mut Scenario): UID { object::new(&mut scenario.ctx) }

fun advance(scenario: &mut Scenario, sender: address, epoch: u64, timestamp_ms: u64): TransactionEffects {
    let effects = end_transaction();
    scenario.txn_number = scenario.txn_number + 1;
    scenario.ctx = tx_context::new_from_hint(sender, scenario.txn_number, epoch, timestamp_ms, 0);
    effects
}

// === Effects ===

public fun created(effects: &TransactionEffects): vector<ID> { effects.created }

public fun written(effects: &TransactionEffects): vector<ID> { effects.written }

public fun deleted(effects: &TransactionEffects): vector<ID> { effects.deleted }

public fun transferred_to_account(effects: &TransactionEffects): VecMap<ID, address> {
    effects.transferred_to_account
}

public fun transferred_to_object(effects: &TransactionEffects): VecMap<ID, ID> { effects.transferred_to_object }

public fun shared(effects: &TransactionEffects): vector<ID> { effects.shared }

public fun frozen(effects: &TransactionEffects): vector<ID> { effects.frozen }

public fun num_user_events(effects: &TransactionEffects): u64 { effects.num_user_events }

// === Owned objects ===

/// Takes the sender's newest object of the type. Aborts with `EEmptyInventory`.
public fun take_from_sender<T: key>(scenario: &Scenario): T { take_from_address(scenario, sender(scenario)) }

public fun take_from_sender_by_id<T: key>(scenario: &Scenario, id: ID): T {
    take_from_address_by_id(scenario, sender(scenario), id)
}

public fun return_to_sender<T: key>(scenario: &Scenario, t: T) { return_to_address(sender(scenario), t) }

public fun has_most_recent_for_sender<T: key>(scenario: &Scenario): bool {
    has_most_recent_for_address<T>(sender(scenario))
}

public fun most_recent_id_for_sender<T: key>(scenario: &Scenario): Option<ID> {
    most_recent_id_for_address<T>(sender(scenario))
}

public fun ids_for_sender<T: key>(scenario: &Scenario): vector<ID> { ids_for_address<T>(sender(scenario)) }

/// Takes the newest object of the type an address has. Aborts with `EEmptyInventory`.
public fun take_from_address<T: key>(scenario: &Scenario, account: address): T {
    let id = most_recent_id_for_address<T>(account);
    assert!(id.is_some(), EEmptyInventory);
    take_from_address_by_id(scenario, account, id.destroy_some())
}

public fun return_to_address<T: key>(account: address, t: T) {
    let id = object::id(&t);
    assert!(was_taken_from_address(account, id), ECantReturnObject);
    transfer::transfer_impl(t, account)
}

public fun has_most_recent_for_address<T: key>(account: address): bool {
    most_recent_id_for_address<T>(account).is_some()
}

public native fun take_from_address_by_id<T: key>(scenario: &Scenario, account: address, id: ID): T;

public native fun ids_for_address<T: key>(account: address): vector<ID>;

public native fun most_recent_id_for_address<T: key>(account: address): Option<ID>;

native fun was_taken_from_address(account: address, id: ID): bool;

// === Immutable objects ===

/// Takes the newest immutable object of the type. Aborts with `EEmptyInventory`.
public fun take_immutable<T: key>(scenario: &Scenario): T {
    let id = most_recent_immutable_id<T>();
    assert!(id.is_some(), EEmptyInventory);
    take_immutable_by_id(scenario, id.destroy_some())
}

public fun return_immutable<T: key>(t: T) {
    let id = object::id(&t);
    assert!(was_taken_immutable(id), ECantReturnObject);
    transfer::freeze_object_impl(t)
}

public fun has_most_recent_immutable<T: key>(): bool { most_recent_immutable_id<T>().is_some() }

public native fun take_immutable_by_id<T: key>(scenario: &Scenario, id: ID): T;

public native fun most_recent_immutable_id<T: key>(): Option<ID>;

native fun was_taken_immutable(id: ID): bool;

// === Shared objects ===

/// Takes the newest shared object of the type. Aborts with `EEmptyInventory`.
public fun take_shared<T: key>(scenario: &Scenario): T {
    let id = most_recent_id_shared<T>();
    assert!(id.is_some(), EEmptyInventory);
    take_shared_by_id(scenario, id.destroy_some())
}

public fun return_shared<T: key>(t: T) {
    let id = object::id(&t);
    assert!(was_taken_shared(id), ECantReturnObject);
    transfer::share_object_impl(t)
}

public fun has_most_recent_shared<T: key>(): bool { most_recent_id_shared<T>().is_some() }

public native fun take_shared_by_id<T: key>(scenario: &Scenario, id: ID): T;

public native fun most_recent_id_shared<T: key>(): Option<ID>;

native fun was_taken_shared(id: ID): bool;

native fun end_transaction(): TransactionEffects;

// === Receiving ===

/// The right to receive the newest object of the type sent to the address of `id`. Aborts with `EEmptyInventory`.
public fun most_recent_receiving_ticket<T: key>(id: &ID): sui::transfer::Receiving<T> {
    let sent = most_recent_id_for_address<T>(id.to_address());
    assert!(sent.is_some(), EEmptyInventory);
    receiving_ticket_by_id(sent.destroy_some())
}

public fun receiving_ticket_by_id<T: key>(object_id: ID): sui::transfer::Receiving<T> {
    let version = allocate_receiving_ticket_for_object<T>(object_id);
    sui::transfer::make_receiver(object_id, version)
}

public fun return_receiving_ticket<T: key>(ticket: sui::transfer::Receiving<T>) {
    deallocate_receiving_ticket_for_object(sui::transfer::receiving_id(&ticket))
}

native fun allocate_receiving_ticket_for_object<T: key>(id: ID): u64;

native fun deallocate_receiving_ticket_for_object(id: ID);
