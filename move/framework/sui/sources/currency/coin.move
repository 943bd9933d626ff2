/// Coins: objects that hold an amount of a currency, and the rights over a currency.
module sui::coin;

use std::ascii;
use std::string;
use sui::balance::{Self, Balance, Supply};
use sui::deny_list::DenyList;
use sui::types;
use sui::url::{Self, Url};

public use fun sui::pay::split_vec as Coin.split_vec;
public use fun sui::pay::join_vec as Coin.join_vec;
public use fun sui::pay::split_and_transfer as Coin.split_and_transfer;
public use fun sui::pay::divide_and_keep as Coin.divide_and_keep;

/// The currency's witness is not a one-time witness.
const EBadWitness: u64 = 0;
/// A coin cannot be divided into so many.
const EInvalidArg: u64 = 1;
/// The coin is smaller than what is taken from it.
const ENotEnough: u64 = 2;
/// The currency was made without a global pause.
const EGlobalPauseNotAllowed: u64 = 3;

/// Which list of the deny list holds currencies.
const DENY_LIST_COIN_INDEX: u64 = 0;

/// An amount of a currency as an object.
public struct Coin<phantom T> has key, store {
    id: UID,
    balance: Balance<T>,
}

/// How a currency is shown.
public struct CoinMetadata<phantom T> has key, store {
    id: UID,
    /// Places after the point.
    decimals: u8,
    name: string::String,
    symbol: ascii::String,
    description: string::String,
    icon_url: Option<Url>,
}

/// The right to mint and burn a currency.
public struct TreasuryCap<phantom T> has key, store {
    id: UID,
    total_supply: Supply<T>,
}

/// Tells that a currency is regulated; immutable.
public struct RegulatedCoinMetadata<phantom T> has key {
    id: UID,
    coin_metadata_object: ID,
    deny_cap_object: ID,
}

/// The right to deny addresses the use of a currency.
public struct DenyCapV2<phantom T> has key, store {
    id: UID,
    allow_global_pause: bool,
}

/// The right of the first version, which knows no pause.
public struct DenyCap<phantom T> has key, store { id: UID }

/// A former event, no longer emitted.
#[allow(unused_field)]
public struct CurrencyCreated<phantom T> has copy, drop { decimals: u8 }

// === Treasury ===

public fun total_supply<T>(cap: &TreasuryCap<T>): u64 { cap.total_supply.supply_value() }

/// Gives up the treasury for its supply.
public fun treasury_into_supply<T>(treasury: TreasuryCap<T>): Supply<T> {
    let TreasuryCap { id, total_supply } = treasury;
    id.delete();
    total_supply
}

public fun supply_immut<T>(treasury: &TreasuryCap<T>): &Supply<T> { &treasury.total_supply }

public fun supply_mut<T>(treasury: &mut TreasuryCap<T>): &mut Supply<T> { &mut treasury.total_supply }

// === Coins ===

public fun value<T>(self: &Coin<T>): u64 { self.balance.value() }

public fun balance<T>(coin: &Coin<T>): &Balance<T> { &coin.balance }

public fun balance_mut<T>(coin: &mut Coin<T>): &mut Balance<T> { &mut coin.balance }

public fun from_balance<T>(balance: Balance<T>, ctx: &mut TxContext): Coin<T> {
    Coin { id: object::new(ctx), balance }
}

public fun into_balance<T>(coin: Coin<T>): Balance<T> {
    let Coin { id, balance } = coin;
    id.delete();
    balance
}

/// Takes a coin out of a balance. Aborts with `balance::ENotEnough`.
public fun take<T>(balance: &mut Balance<T>, value: u64, ctx: &mut TxContext): Coin<T> {
    Coin { id: object::new(ctx), balance: balance.split(value) }
}

/// Puts a coin into a balance.
public fun put<T>(balance: &mut Balance<T>, coin: Coin<T>) { balance.join(coin.into_balance()); }

#[allow(lint(public_entry))]
public entry fun join<T>(self: &mut Coin<T>, c: Coin<T>) { self.balance.join(c.into_balance()); }

/// Aborts with `balance::ENotEnough`.
public fun split<T>(self: &mut Coin<T>, split_amount: u64, ctx: &mut TxContext): Coin<T> {
    take(&mut self.balance, split_amount, ctx)
}

/// Splits off `n - 1` coins of equal amounts; the rest stays.
/// Aborts with `EInvalidArg` for `n = 0`, with `ENotEnough` when the coin has fewer than `n` units.
public fun divide_into_n<T>(self: &mut Coin<T>, n: u64, ctx: &mut TxContext): vector<Coin<T>> {
    assert!(n > 0, EInvalidArg);
    assert!(n <= self.value(), ENotEnough);
    let split_amount = self.value() / n;
    vector::tabulate!(n - 1, |_| self.split(split_amount, ctx))
}

public fun zero<T>(ctx: &mut TxContext): Coin<T> { Coin { id: object::new(ctx), balance: balance::zero() } }

/// Aborts with `balance::ENonZero`.
public fun destroy_zero<T>(c: Coin<T>) {
    let Coin { id, balance } = c;
    id.delete();
    balance.destroy_zero()
}

// === A new currency ===

#[deprecated(note = b"Use `coin_registry::new_currency_with_otw` instead.")]
/// Makes the currency of a one-time witness. Aborts with `EBadWitness` for another value.
public fun create_currency<T: drop>(
    witness: T,
    decimals: u8,
    symbol: vector<u8>,
    name: vector<u8>,
    description: vector<u8>,
    icon_url: Option<Url>,
    ctx: &mut TxContext,
): (TreasuryCap<T>, CoinMetadata<T>) {
    assert!(types::is_one_time_witness(&witness), EBadWitness);
    (
        TreasuryCap { id: object::new(ctx), total_supply: balance::create_supply(witness) },
        CoinMetadata {
            id: object::new(ctx),
            decimals,
            name: name.to_string(),
            symbol: symbol.to_ascii_string(),
            description: description.to_string(),
            icon_url,
        },
    )
}

#[allow(deprecated_usage)]
#[deprecated(note = b"Use `coin_registry::make_regulated` instead.")]
/// Makes a currency whose use can be denied to addresses, or to all when `allow_global_pause`.
/// Aborts with `EBadWitness`.
public fun create_regulated_currency_v2<T: drop>(
    witness: T,
    decimals: u8,
    symbol: vector<u8>,
    name: vector<u8>,
    description: vector<u8>,
    icon_url: Option<Url>,
    allow_global_pause: bool,
    ctx: &mut TxContext,
): (TreasuryCap<T>, DenyCapV2<T>, CoinMetadata<T>) {
    let (treasury_cap, metadata) = create_currency(witness, decimals, symbol, name, description, icon_url, ctx);
    let deny_cap = new_deny_cap_v2(allow_global_pause, ctx);
    freeze_regulation(&metadata, object::id(&deny_cap), ctx);
    (treasury_cap, deny_cap, metadata)
}

/// Turns the right of the first version into one of the second, taking over the denied addresses.
public fun migrate_regulated_currency_to_v2<T>(
    deny_list: &mut DenyList,
    cap: DenyCap<T>,
    allow_global_pause: bool,
    ctx: &mut TxContext,
): DenyCapV2<T> {
    let DenyCap { id } = cap;
    id.delete();
    deny_list.migrate_v1_to_v2(DENY_LIST_COIN_INDEX, type_key<T>(), ctx);
    new_deny_cap_v2(allow_global_pause, ctx)
}

fun freeze_regulation<T>(metadata: &CoinMetadata<T>, deny_cap_object: ID, ctx: &mut TxContext) {
    transfer::freeze_object(RegulatedCoinMetadata<T> {
        id: object::new(ctx),
        coin_metadata_object: object::id(metadata),
        deny_cap_object,
    })
}

/// What stands for the currency in the deny list.
fun type_key<T>(): vector<u8> { std::type_name::with_original_ids<T>().into_string().into_bytes() }

/// Aborts with `balance::EOverflow` when the supply would reach 2^64 - 1 or more.
public fun mint<T>(cap: &mut TreasuryCap<T>, value: u64, ctx: &mut TxContext): Coin<T> {
    Coin { id: object::new(ctx), balance: cap.total_supply.increase_supply(value) }
}

/// Aborts with `balance::EOverflow` when the supply would reach 2^64 - 1 or more.
public fun mint_balance<T>(cap: &mut TreasuryCap<T>, value: u64): Balance<T> {
    cap.total_supply.increase_supply(value)
}

#[allow(lint(public_entry))]
/// Unmakes a coin and returns its amount.
public entry fun burn<T>(cap: &mut TreasuryCap<T>, c: Coin<T>): u64 {
    cap.total_supply.decrease_supply(c.into_balance())
}

#[allow(lint(public_entry))]
/// Aborts with `balance::EOverflow` when the supply would reach 2^64 - 1 or more.
public entry fun mint_and_transfer<T>(
    c: &mut TreasuryCap<T>,
    amount: u64,
    recipient: address,
    ctx: &mut TxContext,
) {
    transfer::public_transfer(c.mint(amount, ctx), recipient)
}

// === Deny list ===

/// Denies an address the use of the currency: as a sender at once, as a receiver from the next epoch on.
public fun deny_list_v2_add<T>(
    deny_list: &mut DenyList,
    _deny_cap: &mut DenyCapV2<T>,
    addr: address,
    ctx: &mut TxContext,
) {
    deny_list.v2_add(DENY_LIST_COIN_INDEX, type_key<T>(), addr, ctx)
}

public fun deny_list_v2_remove<T>(
    deny_list: &mut DenyList,
    _deny_cap: &mut DenyCapV2<T>,
    addr: address,
    ctx: &mut TxContext,
) {
    deny_list.v2_remove(DENY_LIST_COIN_INDEX, type_key<T>(), addr, ctx)
}

public fun deny_list_v2_contains_current_epoch<T>(deny_list: &DenyList, addr: address, ctx: &TxContext): bool {
    deny_list.v2_contains_current_epoch(DENY_LIST_COIN_INDEX, type_key<T>(), addr, ctx)
}

public fun deny_list_v2_contains_next_epoch<T>(deny_list: &DenyList, addr: address): bool {
    deny_list.v2_contains_next_epoch(DENY_LIST_COIN_INDEX, type_key<T>(), addr)
}

#[allow(unused_mut_parameter)]
/// Denies everybody the use of the currency. Aborts with `EGlobalPauseNotAllowed`.
public fun deny_list_v2_enable_global_pause<T>(
    deny_list: &mut DenyList,
    deny_cap: &mut DenyCapV2<T>,
    ctx: &mut TxContext,
) {
    assert!(deny_cap.allow_global_pause, EGlobalPauseNotAllowed);
    deny_list.v2_enable_global_pause(DENY_LIST_COIN_INDEX, type_key<T>(), ctx)
}

#[allow(unused_mut_parameter)]
/// Aborts with `EGlobalPauseNotAllowed`.
public fun deny_list_v2_disable_global_pause<T>(
    deny_list: &mut DenyList,
    deny_cap: &mut DenyCapV2<T>,
    ctx: &mut TxContext,
) {
    assert!(deny_cap.allow_global_pause, EGlobalPauseNotAllowed);
    deny_list.v2_disable_global_pause(DENY_LIST_COIN_INDEX, type_key<T>(), ctx)
}

public fun deny_list_v2_is_global_pause_enabled_current_epoch<T>(deny_list: &DenyList, ctx: &TxContext): bool {
    deny_list.v2_is_global_pause_enabled_current_epoch(DENY_LIST_COIN_INDEX, type_key<T>(), ctx)
}

public fun deny_list_v2_is_global_pause_enabled_next_epoch<T>(deny_list: &DenyList): bool {
    deny_list.v2_is_global_pause_enabled_next_epoch(DENY_LIST_COIN_INDEX, type_key<T>())
}

// === Metadata ===

#[allow(lint(public_entry))]
public entry fun update_name<T>(_treasury: &TreasuryCap<T>, metadata: &mut CoinMetadata<T>, name: string::String) {
    metadata.name = name
}

#[allow(lint(public_entry))]
public entry fun update_symbol<T>(_treasury: &TreasuryCap<T>, metadata: &mut CoinMetadata<T>, symbol: ascii::String) {
    metadata.symbol = symbol
}

#[allow(lint(public_entry))]
public entry fun update_description<T>(
    _treasury: &TreasuryCap<T>,
    metadata: &mut CoinMetadata<T>,
    description: string::String,
) {
    metadata.description = description
}

#[allow(lint(public_entry))]
public entry fun update_icon_url<T>(_treasury: &TreasuryCap<T>, metadata: &mut CoinMetadata<T>, url: ascii::String) {
    metadata.icon_url = option::some(url::new_unsafe(url))
}

public fun get_decimals<T>(metadata: &CoinMetadata<T>): u8 { metadata.decimals }

public fun get_name<T>(metadata: &CoinMetadata<T>): string::String { metadata.name }

public fun get_symbol<T>(metadata: &CoinMetadata<T>): ascii::String { metadata.symbol }

public fun get_description<T>(metadata: &CoinMetadata<T>): string::String { metadata.description }

public fun get_icon_url<T>(metadata: &CoinMetadata<T>): Option<Url> { metadata.icon_url }

// === For the coin registry ===

public(package) fun new_coin_metadata<T>(
    decimals: u8,
    name: string::String,
    symbol: ascii::String,
    description: string::String,
    icon_url: ascii::String,
    ctx: &mut TxContext,
): CoinMetadata<T> {
    let icon_url = option::some(url::new_unsafe(icon_url));
    CoinMetadata { id: object::new(ctx), decimals, name, symbol, description, icon_url }
}

public(package) fun update_coin_metadata<T>(
    metadata: &mut CoinMetadata<T>,
    name: string::String,
    symbol: ascii::String,
    description: string::String,
    icon_url: ascii::String,
) {
    metadata.name = name;
    metadata.symbol = symbol;
    metadata.description = description;
    metadata.icon_url = option::some(url::new_unsafe(icon_url));
}

public(package) fun destroy_metadata<T>(metadata: CoinMetadata<T>) {
    let CoinMetadata { id, .. } = metadata;
    id.delete()
}

public(package) fun deny_cap_id<T>(metadata: &RegulatedCoinMetadata<T>): ID { metadata.deny_cap_object }

public(package) fun new_deny_cap_v2<T>(allow_global_pause: bool, ctx: &mut TxContext): DenyCapV2<T> {
    DenyCapV2 { id: object::new(ctx), allow_global_pause }
}

public(package) fun new_treasury_cap<T>(ctx: &mut TxContext): TreasuryCap<T> {
    TreasuryCap { id: object::new(ctx), total_supply: balance::create_supply_internal() }
}

public(package) fun allow_global_pause<T>(cap: &DenyCapV2<T>): bool { cap.allow_global_pause }

// === Former names ===

#[allow(deprecated_usage)]
#[deprecated(note = b"Use `coin_registry::make_regulated` instead.")]
/// Aborts with `EBadWitness`.
public fun create_regulated_currency<T: drop>(
    witness: T,
    decimals: u8,
    symbol: vector<u8>,
    name: vector<u8>,
    description: vector<u8>,
    icon_url: Option<Url>,
    ctx: &mut TxContext,
): (TreasuryCap<T>, DenyCap<T>, CoinMetadata<T>) {
    let (treasury_cap, metadata) = create_currency(witness, decimals, symbol, name, description, icon_url, ctx);
    let deny_cap = DenyCap { id: object::new(ctx) };
    freeze_regulation(&metadata, object::id(&deny_cap), ctx);
    (treasury_cap, deny_cap, metadata)
}

#[deprecated(note = b"Use `migrate_regulated_currency_to_v2` and `deny_list_v2_add` instead.")]
/// Aborts with `deny_list::EInvalidAddress`.
public fun deny_list_add<T>(
    deny_list: &mut DenyList,
    _deny_cap: &mut DenyCap<T>,
    addr: address,
    _ctx: &mut TxContext,
) {
    deny_list.v1_add(DENY_LIST_COIN_INDEX, type_key<T>(), addr)
}

#[deprecated(note = b"Use `migrate_regulated_currency_to_v2` and `deny_list_v2_remove` instead.")]
/// Aborts with `deny_list::EInvalidAddress`.
public fun deny_list_remove<T>(
    deny_list: &mut DenyList,
    _deny_cap: &mut DenyCap<T>,
    addr: address,
    _ctx: &mut TxContext,
) {
    deny_list.v1_remove(DENY_LIST_COIN_INDEX, type_key<T>(), addr)
}

#[deprecated(note = b"Use `deny_list_v2_contains_current_epoch` instead.")]
public fun deny_list_contains<T>(deny_list: &DenyList, addr: address): bool {
    let name = std::type_name::with_original_ids<T>();
    if (name.is_primitive()) return false;
    deny_list.v1_contains(DENY_LIST_COIN_INDEX, name.into_string().into_bytes(), addr)
}

#[deprecated(note = b"Use `supply_immut` instead.")]
public fun supply<T>(treasury: &mut TreasuryCap<T>): &Supply<T> { &treasury.total_supply }

// === For tests ===

#[test_only]
public fun mint_for_testing<T>(value: u64, ctx: &mut TxContext): Coin<T> {
    Coin { id: object::new(ctx), balance: balance::create_for_testing(value) }
}

#[test_only]
public fun burn_for_testing<T>(coin: Coin<T>): u64 {
    let Coin { id, balance } = coin;
    id.delete();
    balance.destroy_for_testing()
}

#[test_only]
public fun create_treasury_cap_for_testing<T>(ctx: &mut TxContext): TreasuryCap<T> {
    TreasuryCap { id: object::new(ctx), total_supply: balance::create_supply_for_testing() }
}
