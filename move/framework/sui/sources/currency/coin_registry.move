/// One place where every currency can be looked up: name, decimals, supply, regulation.
///
/// A currency is a shared object derived from the registry and the currency's type.
module sui::coin_registry;

use std::ascii;
use std::string::String;
use std::type_name::{Self, TypeName};
use sui::bag::{Self, Bag};
use sui::balance::{Balance, Supply};
use sui::coin::{Self, Coin, CoinMetadata, DenyCapV2, RegulatedCoinMetadata, TreasuryCap};
use sui::derived_object;
use sui::dynamic_field as df;
use sui::transfer::Receiving;
use sui::vec_map::{Self, VecMap};

#[error(code = 0)]
const EMetadataCapAlreadyClaimed: vector<u8> = b"the metadata capability was claimed already";
#[error(code = 1)]
const ENotSystemAddress: vector<u8> = b"only the system can make the registry";
#[error(code = 2)]
const ECurrencyAlreadyExists: vector<u8> = b"there is a currency of this type already";
#[error(code = 3)]
const EDenyListStateAlreadySet: vector<u8> = b"whether the currency is regulated is known already";
#[error(code = 4)]
const ECannotUpdateManagedMetadata: vector<u8> = b"metadata whose capability was claimed cannot be updated from outside";
#[error(code = 5)]
const EInvalidSymbol: vector<u8> = b"a symbol consists of printable ASCII characters";
#[error(code = 6)]
const EDenyCapAlreadyCreated: vector<u8> = b"the currency is regulated already";
#[error(code = 7)]
const ECurrencyAlreadyRegistered: vector<u8> = b"the currency is registered already";
#[error(code = 8)]
const EEmptySupply: vector<u8> = b"nothing was minted, so the supply cannot be closed";
#[error(code = 9)]
const ESupplyNotBurnOnly: vector<u8> = b"only a burn-only supply can be burned from";
#[error(code = 10)]
const EInvariantViolation: vector<u8> = b"the supply is closed already";
#[error(code = 11)]
const EDeletionNotSupported: vector<u8> = b"former metadata cannot be deleted yet";
#[error(code = 12)]
const ENotOneTimeWitness: vector<u8> = b"the value is not a one-time witness";
#[error(code = 13)]
const EBorrowLegacyMetadata: vector<u8> = b"a currency taken over from former metadata cannot lend it";
#[error(code = 14)]
const EDuplicateBorrow: vector<u8> = b"former metadata was given back already";

/// Marks currencies that were not taken over from former metadata.
const NEW_CURRENCY_MARKER: vector<u8> = b"is_new_currency";
/// How a regulated currency is regulated: by the deny list.
const REGULATED_COIN_VARIANT: u8 = 0;

/// The shared object 0xc.
public struct CoinRegistry has key { id: UID }

/// A value of any type, by its bytes.
public struct ExtraField(TypeName, vector<u8>) has store;

/// What a currency is derived from.
public struct CurrencyKey<phantom T>() has copy, drop, store;

/// Where former metadata is kept while it is not lent.
public struct LegacyMetadataKey() has copy, drop, store;

/// The right to change how a currency is shown.
public struct MetadataCap<phantom T> has key, store { id: UID }

/// The duty to give former metadata back.
public struct Borrow<phantom T> {}

/// All that is known of a currency.
public struct Currency<phantom T> has key {
    id: UID,
    /// Places after the point.
    decimals: u8,
    name: String,
    symbol: String,
    description: String,
    icon_url: String,
    supply: Option<SupplyState<T>>,
    regulated: RegulatedState,
    treasury_cap_id: Option<ID>,
    metadata_cap_id: MetadataCapState,
    extra_fields: VecMap<String, ExtraField>,
}

/// A currency that is being made.
#[allow(lint(coin_field))]
public struct CurrencyInitializer<phantom T> {
    currency: Currency<T>,
    extra_fields: Bag,
    is_otw: bool,
}

/// Who can change the supply.
public enum SupplyState<phantom T> has store {
    /// Nobody.
    Fixed(Supply<T>),
    /// Everybody, downwards.
    BurnOnly(Supply<T>),
    /// Whoever has the treasury.
    Unknown,
}

/// Whether addresses can be denied the use of the currency.
public enum RegulatedState has copy, drop, store {
    Regulated {
        cap: ID,
        allow_global_pause: Option<bool>,
        variant: u8,
    },
    Unregulated,
    Unknown,
}

/// What became of the metadata capability.
public enum MetadataCapState has copy, drop, store {
    Claimed(ID),
    Unclaimed,
    Deleted,
}

// === A new currency ===

/// A currency of a type that is an object of its module; to be finished with `finalize`.
/// Aborts with `ECurrencyAlreadyExists` or `EInvalidSymbol`.
public fun new_currency<T: /* internal */ key>(
    registry: &mut CoinRegistry,
    decimals: u8,
    symbol: String,
    name: String,
    description: String,
    icon_url: String,
    ctx: &mut TxContext,
): (CurrencyInitializer<T>, TreasuryCap<T>) {
    assert!(!registry.exists<T>(), ECurrencyAlreadyExists);
    assert!(is_ascii_printable!(&symbol), EInvalidSymbol);
    let treasury_cap = coin::new_treasury_cap(ctx);
    let id = derived_object::claim(&mut registry.id, CurrencyKey<T>());
    let currency = unfinished!(id, decimals, symbol, name, description, icon_url, &treasury_cap);
    (CurrencyInitializer { currency, extra_fields: bag::new(ctx), is_otw: false }, treasury_cap)
}

/// A currency of a one-time witness, made before its package can see the registry: after `finalize` anybody
/// finishes it with `finalize_registration`. Aborts with `ENotOneTimeWitness` or `EInvalidSymbol`.
public fun new_currency_with_otw<T: drop>(
    otw: T,
    decimals: u8,
    symbol: String,
    name: String,
    description: String,
    icon_url: String,
    ctx: &mut TxContext,
): (CurrencyInitializer<T>, TreasuryCap<T>) {
    assert!(sui::types::is_one_time_witness(&otw), ENotOneTimeWitness);
    assert!(is_ascii_printable!(&symbol), EInvalidSymbol);
    let treasury_cap = coin::new_treasury_cap(ctx);
    let currency = unfinished!(object::new(ctx), decimals, symbol, name, description, icon_url, &treasury_cap);
    (CurrencyInitializer { currency, extra_fields: bag::new(ctx), is_otw: true }, treasury_cap)
}

macro fun unfinished<$T>(
    $id: UID,
    $decimals: u8,
    $symbol: String,
    $name: String,
    $description: String,
    $icon_url: String,
    $treasury_cap: &TreasuryCap<$T>,
): Currency<$T> {
    Currency<$T> {
        id: $id,
        decimals: $decimals,
        name: $name,
        symbol: $symbol,
        description: $description,
        icon_url: $icon_url,
        supply: option::some(SupplyState::Unknown),
        regulated: RegulatedState::Unregulated,
        treasury_cap_id: option::some(object::id($treasury_cap)),
        metadata_cap_id: MetadataCapState::Unclaimed,
        extra_fields: vec_map::empty(),
    }
}

/// Aborts with `EMetadataCapAlreadyClaimed`.
public fun claim_metadata_cap<T>(
    currency: &mut Currency<T>,
    _: &TreasuryCap<T>,
    ctx: &mut TxContext,
): MetadataCap<T> {
    assert!(!currency.is_metadata_cap_claimed(), EMetadataCapAlreadyClaimed);
    let id = object::new(ctx);
    currency.metadata_cap_id = MetadataCapState::Claimed(id.to_inner());
    MetadataCap { id }
}

/// Makes the currency one whose use can be denied to addresses. Aborts with `EDenyCapAlreadyCreated`.
public fun make_regulated<T>(
    init: &mut CurrencyInitializer<T>,
    allow_global_pause: bool,
    ctx: &mut TxContext,
): DenyCapV2<T> {
    assert!(init.currency.regulated == RegulatedState::Unregulated, EDenyCapAlreadyCreated);
    let deny_cap = coin::new_deny_cap_v2<T>(allow_global_pause, ctx);
    init.currency.regulated =
        RegulatedState::Regulated {
            cap: object::id(&deny_cap),
            allow_global_pause: option::some(allow_global_pause),
            variant: REGULATED_COIN_VARIANT,
        };
    deny_cap
}

/// Aborts with `EEmptySupply` or `EInvariantViolation`.
public fun make_supply_fixed_init<T>(init: &mut CurrencyInitializer<T>, cap: TreasuryCap<T>) {
    assert!(cap.total_supply() > 0, EEmptySupply);
    init.currency.make_supply_fixed(cap)
}

/// Aborts with `EEmptySupply` or `EInvariantViolation`.
public fun make_supply_burn_only_init<T>(init: &mut CurrencyInitializer<T>, cap: TreasuryCap<T>) {
    assert!(cap.total_supply() > 0, EEmptySupply);
    init.currency.make_supply_burn_only(cap)
}

/// Nothing is minted or burned any more. Aborts with `EInvariantViolation` when the supply is closed.
public fun make_supply_fixed<T>(currency: &mut Currency<T>, cap: TreasuryCap<T>) {
    currency.close_supply!(SupplyState::Fixed(cap.treasury_into_supply()))
}

/// Nothing is minted any more; anybody can burn. Aborts with `EInvariantViolation` when the supply is closed.
public fun make_supply_burn_only<T>(currency: &mut Currency<T>, cap: TreasuryCap<T>) {
    currency.close_supply!(SupplyState::BurnOnly(cap.treasury_into_supply()))
}

macro fun close_supply<$T>($currency: &mut Currency<$T>, $supply: SupplyState<$T>) {
    let currency = $currency;
    match (currency.supply.swap($supply)) {
        SupplyState::Fixed(_supply) => abort EInvariantViolation,
        SupplyState::BurnOnly(_supply) => abort EInvariantViolation,
        SupplyState::Unknown => (),
    }
}

/// Ends making a currency and returns the right to change how it is shown. That of a one-time witness goes to the
/// registry's address, any other becomes shared.
public fun finalize<T>(builder: CurrencyInitializer<T>, ctx: &mut TxContext): MetadataCap<T> {
    let (currency, is_otw, cap) = finish!(builder, ctx);
    currency.publish!(is_otw);
    cap
}

/// Like `finalize`, for a currency whose appearance never changes.
public fun finalize_and_delete_metadata_cap<T>(builder: CurrencyInitializer<T>, ctx: &mut TxContext) {
    let (mut currency, is_otw, cap) = finish!(builder, ctx);
    currency.delete_metadata_cap(cap);
    currency.publish!(is_otw)
}

macro fun finish<$T>(
    $builder: CurrencyInitializer<$T>,
    $ctx: &mut TxContext,
): (Currency<$T>, bool, MetadataCap<$T>) {
    let CurrencyInitializer { mut currency, extra_fields, is_otw } = $builder;
    extra_fields.destroy_empty();
    let id = object::new($ctx);
    currency.metadata_cap_id = MetadataCapState::Claimed(id.to_inner());
    currency
        .extra_fields
        .insert(
            NEW_CURRENCY_MARKER.to_string(),
            ExtraField(type_name::with_original_ids<bool>(), NEW_CURRENCY_MARKER),
        );
    (currency, is_otw, MetadataCap<$T> { id })
}

macro fun publish<$T>($currency: Currency<$T>, $is_otw: bool) {
    let currency = $currency;
    if ($is_otw) transfer::transfer(currency, object::sui_coin_registry_address())
    else transfer::share_object(currency)
}

/// Gives a currency that waits at the registry's address its derived identity and shares it. Anybody may call this.
public fun finalize_registration<T>(
    registry: &mut CoinRegistry,
    currency: Receiving<Currency<T>>,
    _ctx: &mut TxContext,
) {
    let Currency {
        id,
        decimals,
        name,
        symbol,
        description,
        icon_url,
        supply,
        regulated,
        treasury_cap_id,
        metadata_cap_id,
        extra_fields,
    } = transfer::receive(&mut registry.id, currency);
    id.delete();
    transfer::share_object(Currency {
        id: derived_object::claim(&mut registry.id, CurrencyKey<T>()),
        decimals,
        name,
        symbol,
        description,
        icon_url,
        supply,
        regulated,
        treasury_cap_id,
        metadata_cap_id,
        extra_fields,
    })
}

/// The currency's appearance never changes afterwards.
public fun delete_metadata_cap<T>(currency: &mut Currency<T>, cap: MetadataCap<T>) {
    let MetadataCap { id } = cap;
    currency.metadata_cap_id = MetadataCapState::Deleted;
    id.delete()
}

// === Supply ===

/// Aborts with `ESupplyNotBurnOnly`.
public fun burn<T>(currency: &mut Currency<T>, coin: Coin<T>) { currency.burn_balance(coin.into_balance()) }

/// Aborts with `ESupplyNotBurnOnly`.
public fun burn_balance<T>(currency: &mut Currency<T>, balance: Balance<T>) {
    assert!(currency.is_supply_burn_only(), ESupplyNotBurnOnly);
    match (currency.supply.borrow_mut()) {
        SupplyState::BurnOnly(supply) => { supply.decrease_supply(balance); },
        _ => abort EInvariantViolation,
    }
}

// === Appearance ===

public fun set_name<T>(currency: &mut Currency<T>, _: &MetadataCap<T>, name: String) { currency.name = name }

public fun set_description<T>(currency: &mut Currency<T>, _: &MetadataCap<T>, description: String) {
    currency.description = description
}

public fun set_icon_url<T>(currency: &mut Currency<T>, _: &MetadataCap<T>, icon_url: String) {
    currency.icon_url = icon_url
}

/// Notes which object is the treasury. Aborts as `option::fill` does when it is known already.
public fun set_treasury_cap_id<T>(currency: &mut Currency<T>, cap: &TreasuryCap<T>) {
    currency.treasury_cap_id.fill(object::id(cap))
}

// === Currencies made before the registry ===

/// Registers a currency by its former metadata. Aborts with `ECurrencyAlreadyRegistered` or `EInvalidSymbol`.
public fun migrate_legacy_metadata<T>(
    registry: &mut CoinRegistry,
    legacy: &CoinMetadata<T>,
    _ctx: &mut TxContext,
) {
    assert!(!registry.exists<T>(), ECurrencyAlreadyRegistered);
    let symbol = legacy.get_symbol().to_string();
    assert!(is_ascii_printable!(&symbol), EInvalidSymbol);
    transfer::share_object(Currency<T> {
        id: derived_object::claim(&mut registry.id, CurrencyKey<T>()),
        decimals: legacy.get_decimals(),
        name: legacy.get_name(),
        symbol,
        description: legacy.get_description(),
        icon_url: legacy_icon_url(legacy),
        supply: option::some(SupplyState::Unknown),
        regulated: RegulatedState::Unknown,
        treasury_cap_id: option::none(),
        metadata_cap_id: MetadataCapState::Unclaimed,
        extra_fields: vec_map::empty(),
    })
}

/// Aborts with `ECannotUpdateManagedMetadata` when the metadata capability was claimed.
public fun update_from_legacy_metadata<T>(currency: &mut Currency<T>, legacy: &CoinMetadata<T>) {
    assert!(!currency.is_metadata_cap_claimed(), ECannotUpdateManagedMetadata);
    currency.name = legacy.get_name();
    currency.symbol = legacy.get_symbol().to_string();
    currency.description = legacy.get_description();
    currency.decimals = legacy.get_decimals();
    currency.icon_url = legacy_icon_url(legacy);
}

/// Aborts with `EDeletionNotSupported`.
public fun delete_migrated_legacy_metadata<T>(_: &mut Currency<T>, _legacy: CoinMetadata<T>) {
    abort EDeletionNotSupported
}

/// Notes that the currency is regulated. Aborts with `EDenyListStateAlreadySet`.
public fun migrate_regulated_state_by_metadata<T>(
    currency: &mut Currency<T>,
    metadata: &RegulatedCoinMetadata<T>,
) {
    assert!(currency.regulated == RegulatedState::Unknown, EDenyListStateAlreadySet);
    currency.regulated =
        RegulatedState::Regulated {
            cap: metadata.deny_cap_id(),
            allow_global_pause: option::none(),
            variant: REGULATED_COIN_VARIANT,
        }
}

/// Notes that the currency is regulated, and whether it can be paused.
public fun migrate_regulated_state_by_cap<T>(currency: &mut Currency<T>, cap: &DenyCapV2<T>) {
    currency.regulated =
        RegulatedState::Regulated {
            cap: object::id(cap),
            allow_global_pause: option::some(cap.allow_global_pause()),
            variant: REGULATED_COIN_VARIANT,
        }
}

/// Lends metadata in the former shape, for code that asks for it. Aborts with `EBorrowLegacyMetadata`.
public fun borrow_legacy_metadata<T>(
    currency: &mut Currency<T>,
    ctx: &mut TxContext,
): (CoinMetadata<T>, Borrow<T>) {
    assert!(!currency.is_migrated_from_legacy(), EBorrowLegacyMetadata);
    if (!df::exists_(&currency.id, LegacyMetadataKey())) {
        let legacy = currency.to_legacy_metadata(ctx);
        df::add(&mut currency.id, LegacyMetadataKey(), legacy);
    };
    let mut legacy: CoinMetadata<T> = df::remove(&mut currency.id, LegacyMetadataKey());
    currency.refresh!(&mut legacy);
    (legacy, Borrow {})
}

/// Takes lent metadata back; changes made to it are lost. Aborts with `EDuplicateBorrow`.
public fun return_borrowed_legacy_metadata<T>(
    currency: &mut Currency<T>,
    mut legacy: CoinMetadata<T>,
    borrow: Borrow<T>,
    _ctx: &mut TxContext,
) {
    assert!(!df::exists_(&currency.id, LegacyMetadataKey()), EDuplicateBorrow);
    let Borrow {} = borrow;
    currency.refresh!(&mut legacy);
    df::add(&mut currency.id, LegacyMetadataKey(), legacy)
}

macro fun refresh<$T>($currency: &Currency<$T>, $legacy: &mut CoinMetadata<$T>) {
    let currency = $currency;
    let legacy = $legacy;
    legacy.update_coin_metadata(
        currency.name,
        currency.symbol.to_ascii(),
        currency.description,
        currency.icon_url.to_ascii(),
    )
}

fun is_migrated_from_legacy<T>(currency: &Currency<T>): bool {
    !currency.extra_fields.contains(&NEW_CURRENCY_MARKER.to_string())
}

fun to_legacy_metadata<T>(currency: &Currency<T>, ctx: &mut TxContext): CoinMetadata<T> {
    coin::new_coin_metadata(
        currency.decimals,
        currency.name,
        currency.symbol.to_ascii(),
        currency.description,
        currency.icon_url.to_ascii(),
        ctx,
    )
}

fun legacy_icon_url<T>(legacy: &CoinMetadata<T>): String {
    legacy.get_icon_url().map!(|url| url.inner_url().to_string()).destroy_or!(b"".to_string())
}

// === Questions ===

public fun decimals<T>(currency: &Currency<T>): u8 { currency.decimals }

public fun name<T>(currency: &Currency<T>): String { currency.name }

public fun symbol<T>(currency: &Currency<T>): String { currency.symbol }

public fun description<T>(currency: &Currency<T>): String { currency.description }

public fun icon_url<T>(currency: &Currency<T>): String { currency.icon_url }

public fun is_metadata_cap_claimed<T>(currency: &Currency<T>): bool {
    match (currency.metadata_cap_id) {
        MetadataCapState::Claimed(_) | MetadataCapState::Deleted => true,
        _ => false,
    }
}

public fun is_metadata_cap_deleted<T>(currency: &Currency<T>): bool {
    currency.metadata_cap_id == MetadataCapState::Deleted
}

public fun metadata_cap_id<T>(currency: &Currency<T>): Option<ID> {
    match (currency.metadata_cap_id) {
        MetadataCapState::Claimed(id) => option::some(id),
        _ => option::none(),
    }
}

public fun treasury_cap_id<T>(currency: &Currency<T>): Option<ID> { currency.treasury_cap_id }

public fun deny_cap_id<T>(currency: &Currency<T>): Option<ID> {
    match (currency.regulated) {
        RegulatedState::Regulated { cap, .. } => option::some(cap),
        _ => option::none(),
    }
}

public fun is_supply_fixed<T>(currency: &Currency<T>): bool {
    match (currency.supply.borrow()) {
        SupplyState::Fixed(_) => true,
        _ => false,
    }
}

public fun is_supply_burn_only<T>(currency: &Currency<T>): bool {
    match (currency.supply.borrow()) {
        SupplyState::BurnOnly(_) => true,
        _ => false,
    }
}

public fun is_regulated<T>(currency: &Currency<T>): bool {
    match (currency.regulated) {
        RegulatedState::Regulated { .. } => true,
        _ => false,
    }
}

/// The supply, once it is closed.
public fun total_supply<T>(currency: &Currency<T>): Option<u64> {
    match (currency.supply.borrow()) {
        SupplyState::Fixed(supply) | SupplyState::BurnOnly(supply) => option::some(supply.supply_value()),
        SupplyState::Unknown => option::none(),
    }
}

/// Whether a currency of this type is registered.
public fun exists<T>(registry: &CoinRegistry): bool {
    derived_object::exists(&registry.id, CurrencyKey<T>())
}

macro fun is_ascii_printable($text: &String): bool {
    let text = $text;
    text.as_bytes().all!(|byte| ascii::is_printable_char(*byte))
}

// === The system's part ===

#[allow(unused_function)]
/// Called by the network once. Aborts with `ENotSystemAddress` for all others.
fun create(ctx: &TxContext) {
    assert!(ctx.sender() == @0x0, ENotSystemAddress);
    transfer::share_object(CoinRegistry { id: object::sui_coin_registry_object_id() })
}

// === For tests ===

#[test_only]
public fun create_coin_data_registry_for_testing(ctx: &mut TxContext): CoinRegistry {
    CoinRegistry { id: object::new(ctx) }
}

#[test_only]
/// Shares the registry at its own address; the sender is the system.
public fun create_for_testing(ctx: &TxContext) { create(ctx) }

#[test_only]
public fun share_for_testing(registry: CoinRegistry) { transfer::share_object(registry) }

#[test_only]
/// The currency as it is so far, without anybody who may change its appearance.
public fun unwrap_for_testing<T>(init: CurrencyInitializer<T>): Currency<T> {
    let CurrencyInitializer { currency, extra_fields, is_otw: _ } = init;
    extra_fields.destroy_empty();
    currency
}

#[test_only]
/// The finished currency, which `finalize` would have published.
public fun finalize_unwrap_for_testing<T>(
    init: CurrencyInitializer<T>,
    ctx: &mut TxContext,
): (Currency<T>, MetadataCap<T>) {
    let (currency, _, cap) = finish!(init, ctx);
    (currency, cap)
}
