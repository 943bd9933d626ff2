/// Addresses that may not use a regulated currency.
///
/// The second version keeps a configuration for each currency, whose changes are seen by senders in the next epoch;
/// the first kept all of them in one object.
module sui::deny_list;

use sui::bag::{Self, Bag};
use sui::config::{Self, Config};
use sui::dynamic_object_field as ofield;
use sui::event;
use sui::table::{Self, Table};
use sui::vec_set::{Self, VecSet};

/// Only the system makes the list.
const ENotSystemAddress: u64 = 0;
/// The address is reserved for the system and cannot be denied.
const EInvalidAddress: u64 = 1;

/// Which per-type list holds currencies.
const COIN_INDEX: u64 = 0;

const RESERVED: vector<address> = vector[
    @0x0, @0x1, @0x2, @0x3, @0x4, @0x5, @0x6, @0x7, @0x8, @0x9, @0xA, @0xB, @0xC, @0xD, @0xE, @0xF, @0x403, @0xDEE9,
];

/// The shared object 0x403.
public struct DenyList has key {
    id: UID,
    /// The lists of the first version, by kind of type.
    lists: Bag,
}

/// The right to change the configurations.
public struct ConfigWriteCap() has drop;

/// Name of a type's configuration.
public struct ConfigKey has copy, drop, store {
    per_type_index: u64,
    per_type_key: vector<u8>,
}

/// Setting of one address.
public struct AddressKey(address) has copy, drop, store;

/// Setting of all addresses.
public struct GlobalPauseKey() has copy, drop, store;

/// Emitted when a type gets its configuration.
public struct PerTypeConfigCreated has copy, drop, store {
    key: ConfigKey,
    config_id: ID,
}

/// The first version: how often each address is denied, and the addresses of each type.
public struct PerTypeList has key, store {
    id: UID,
    denied_count: Table<address, u64>,
    denied_addresses: Table<vector<u8>, VecSet<address>>,
}

// === Second version ===

public(package) fun v2_add(
    deny_list: &mut DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    addr: address,
    ctx: &mut TxContext,
) {
    let config = deny_list.per_type_config_entry!(per_type_index, per_type_key, ctx);
    config.set(AddressKey(addr), ctx)
}

public(package) fun v2_remove(
    deny_list: &mut DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    addr: address,
    ctx: &mut TxContext,
) {
    let config = deny_list.per_type_config_entry!(per_type_index, per_type_key, ctx);
    config.remove_for_next_epoch<_, _, bool>(&mut ConfigWriteCap(), AddressKey(addr), ctx);
}

public(package) fun v2_contains_current_epoch(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    addr: address,
    ctx: &TxContext,
): bool {
    deny_list.holds_now(per_type_index, per_type_key, AddressKey(addr), ctx)
}

public(package) fun v2_contains_next_epoch(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    addr: address,
): bool {
    deny_list.holds_next(per_type_index, per_type_key, AddressKey(addr))
}

public(package) fun v2_enable_global_pause(
    deny_list: &mut DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    ctx: &mut TxContext,
) {
    let config = deny_list.per_type_config_entry!(per_type_index, per_type_key, ctx);
    config.set(GlobalPauseKey(), ctx)
}

public(package) fun v2_disable_global_pause(
    deny_list: &mut DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    ctx: &mut TxContext,
) {
    let config = deny_list.per_type_config_entry!(per_type_index, per_type_key, ctx);
    config.remove_for_next_epoch<_, _, bool>(&mut ConfigWriteCap(), GlobalPauseKey(), ctx);
}

public(package) fun v2_is_global_pause_enabled_current_epoch(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    ctx: &TxContext,
): bool {
    deny_list.holds_now(per_type_index, per_type_key, GlobalPauseKey(), ctx)
}

public(package) fun v2_is_global_pause_enabled_next_epoch(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
): bool {
    deny_list.holds_next(per_type_index, per_type_key, GlobalPauseKey())
}

/// Moves a type's addresses from the first version to the second.
public(package) fun migrate_v1_to_v2(
    deny_list: &mut DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    ctx: &mut TxContext,
) {
    let list: &mut PerTypeList = &mut deny_list.lists[per_type_index];
    let addresses = if (!list.denied_addresses.contains(per_type_key)) vector[]
    else list.denied_addresses.remove(per_type_key).into_keys();
    addresses.do_ref!(|addr| list.forget_one(*addr));
    let config = deny_list.per_type_config_entry!(per_type_index, per_type_key, ctx);
    addresses.do!(|addr| config.set(AddressKey(addr), ctx))
}

use fun set as Config.set;

/// Makes the setting hold from the next epoch on; nothing happens when it was set in this epoch already.
fun set<Name: copy + drop + store>(config: &mut Config<ConfigWriteCap>, name: Name, ctx: &mut TxContext) {
    *config.entry!<_, Name, bool>(&mut ConfigWriteCap(), name, |_, _, _| true, ctx) = true
}

fun holds_now<Name: copy + drop + store>(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    name: Name,
    ctx: &TxContext,
): bool {
    if (!deny_list.per_type_exists(per_type_index, per_type_key)) return false;
    let config = deny_list.borrow_per_type_config(per_type_index, per_type_key);
    config::read_setting(object::id(config), name, ctx).destroy_or!(false)
}

fun holds_next<Name: copy + drop + store>(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
    name: Name,
): bool {
    if (!deny_list.per_type_exists(per_type_index, per_type_key)) return false;
    let config = deny_list.borrow_per_type_config(per_type_index, per_type_key);
    config.read_setting_for_next_epoch(name).destroy_or!(false)
}

fun per_type_exists(deny_list: &DenyList, per_type_index: u64, per_type_key: vector<u8>): bool {
    ofield::exists_(&deny_list.id, ConfigKey { per_type_index, per_type_key })
}

fun borrow_per_type_config(
    deny_list: &DenyList,
    per_type_index: u64,
    per_type_key: vector<u8>,
): &Config<ConfigWriteCap> {
    ofield::internal_borrow(&deny_list.id, ConfigKey { per_type_index, per_type_key })
}

/// The configuration of a type, made when there is none.
/// A macro, as a function's result would keep `ctx` borrowed.
macro fun per_type_config_entry(
    $deny_list: &mut DenyList,
    $per_type_index: u64,
    $per_type_key: vector<u8>,
    $ctx: &mut TxContext,
): &mut Config<ConfigWriteCap> {
    let deny_list = $deny_list;
    let key = ConfigKey { per_type_index: $per_type_index, per_type_key: $per_type_key };
    if (!ofield::exists_(&deny_list.id, key)) deny_list.add_per_type_config(key, $ctx);
    ofield::internal_borrow_mut<_, Config<ConfigWriteCap>>(&mut deny_list.id, key)
}

fun add_per_type_config(deny_list: &mut DenyList, key: ConfigKey, ctx: &mut TxContext) {
    let config = config::new(&mut ConfigWriteCap(), ctx);
    let config_id = object::id(&config);
    ofield::internal_add(&mut deny_list.id, key, config);
    event::emit(PerTypeConfigCreated { key, config_id })
}

// === First version ===

/// Aborts with `EInvalidAddress`.
public(package) fun v1_add(deny_list: &mut DenyList, per_type_index: u64, type_: vector<u8>, addr: address) {
    let reserved = RESERVED;
    assert!(!reserved.contains(&addr), EInvalidAddress);
    let list: &mut PerTypeList = &mut deny_list.lists[per_type_index];
    if (!list.denied_addresses.contains(type_)) list.denied_addresses.add(type_, vec_set::empty());
    let denied = &mut list.denied_addresses[type_];
    if (denied.contains(&addr)) return;
    denied.insert(addr);
    if (!list.denied_count.contains(addr)) list.denied_count.add(addr, 0);
    let count = &mut list.denied_count[addr];
    *count = *count + 1;
}

/// Aborts with `EInvalidAddress` when the address is reserved or not denied.
public(package) fun v1_remove(deny_list: &mut DenyList, per_type_index: u64, type_: vector<u8>, addr: address) {
    let reserved = RESERVED;
    assert!(!reserved.contains(&addr), EInvalidAddress);
    let list: &mut PerTypeList = &mut deny_list.lists[per_type_index];
    let denied = &mut list.denied_addresses[type_];
    assert!(denied.contains(&addr), EInvalidAddress);
    denied.remove(&addr);
    list.forget_one(addr)
}

public(package) fun v1_contains(
    deny_list: &DenyList,
    per_type_index: u64,
    type_: vector<u8>,
    addr: address,
): bool {
    let reserved = RESERVED;
    if (reserved.contains(&addr)) return false;
    let list: &PerTypeList = &deny_list.lists[per_type_index];
    list.denied_count.contains(addr) && list.denied_addresses.contains(type_) &&
    list.denied_addresses[type_].contains(&addr)
}

/// One type less denies the address.
fun forget_one(list: &mut PerTypeList, addr: address) {
    let count = &mut list.denied_count[addr];
    *count = *count - 1;
    if (*count == 0) { list.denied_count.remove(addr); }
}

// === The system's part ===

#[allow(unused_function)]
/// Called by the network once. Aborts with `ENotSystemAddress` for all others.
fun create(ctx: &mut TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    let mut lists = bag::new(ctx);
    lists.add(COIN_INDEX, per_type_list(ctx));
    transfer::share_object(DenyList { id: object::sui_deny_list_object_id(), lists })
}

fun per_type_list(ctx: &mut TxContext): PerTypeList {
    PerTypeList { id: object::new(ctx), denied_count: table::new(ctx), denied_addresses: table::new(ctx) }
}

// === For tests ===

#[test_only]
public fun create_for_testing(ctx: &mut TxContext) { create(ctx) }

#[test_only]
public fun new_for_testing(ctx: &mut TxContext): DenyList {
    let mut lists = bag::new(ctx);
    lists.add(COIN_INDEX, per_type_list(ctx));
    DenyList { id: object::new(ctx), lists }
}

#[test_only]
public fun reserved_addresses(): vector<address> { RESERVED }
