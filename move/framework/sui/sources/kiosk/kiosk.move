/// A shop of its owner: items are placed, listed and bought in it, by the rules of each type's transfer policy.
module sui::kiosk;

use sui::balance::{Self, Balance};
use sui::coin::{Self, Coin};
use sui::dynamic_field as df;
use sui::dynamic_object_field as dof;
use sui::event;
use sui::sui::SUI;
use sui::transfer_policy::{Self, TransferPolicy, TransferRequest};

/// The capability belongs to another kiosk.
const ENotOwner: u64 = 0;
/// The payment is not the price.
const EIncorrectAmount: u64 = 1;
/// The kiosk's profits are smaller than what is taken from them.
const ENotEnough: u64 = 2;
/// A kiosk with items cannot be closed.
const ENotEmpty: u64 = 3;
/// The item is promised to whoever has its purchase capability.
const EListedExclusively: u64 = 4;
/// The capability or borrowed item belongs to another kiosk.
const EWrongKiosk: u64 = 5;
/// The item is listed already.
const EAlreadyListed: u64 = 6;
/// The owner does not allow extensions.
const EUidAccessNotAllowed: u64 = 7;
/// The item can only leave the kiosk by being bought.
const EItemLocked: u64 = 8;
/// A listed item cannot be changed.
const EItemIsListed: u64 = 9;
/// Not the item that was borrowed.
const EItemMismatch: u64 = 10;
/// There is no such item.
const EItemNotFound: u64 = 11;
/// The item is not listed.
const ENotListed: u64 = 12;

public struct Kiosk has key, store {
    id: UID,
    /// What sales brought.
    profits: Balance<SUI>,
    /// Shown to others; says nothing about rights.
    owner: address,
    item_count: u32,
    /// Whether anybody may change the kiosk's dynamic fields, as early extensions did.
    allow_extensions: bool,
}

/// The right to run a kiosk.
public struct KioskOwnerCap has key, store {
    id: UID,
    `for`: ID,
}

/// The right to buy one item at a price of at least `min_price`, which nobody else can buy meanwhile.
public struct PurchaseCap<phantom T: key + store> has key, store {
    id: UID,
    kiosk_id: ID,
    item_id: ID,
    min_price: u64,
}

/// The duty to put an item back.
public struct Borrow {
    kiosk_id: ID,
    item_id: ID,
}

/// Name of an item's field.
public struct Item has copy, drop, store { id: ID }

/// Name of a price's field.
public struct Listing has copy, drop, store {
    id: ID,
    is_exclusive: bool,
}

/// Name of the field that says that an item is locked.
public struct Lock has copy, drop, store { id: ID }

/// Emitted by `list`.
public struct ItemListed<phantom T: key + store> has copy, drop {
    kiosk: ID,
    id: ID,
    price: u64,
}

/// Emitted by `purchase`.
public struct ItemPurchased<phantom T: key + store> has copy, drop {
    kiosk: ID,
    id: ID,
    price: u64,
}

/// Emitted by `delist`.
public struct ItemDelisted<phantom T: key + store> has copy, drop {
    kiosk: ID,
    id: ID,
}

// === Opening and closing ===

#[allow(lint(self_transfer, share_owned))]
/// Opens a shared kiosk and gives the right to run it to the sender.
entry fun default(ctx: &mut TxContext) {
    let (kiosk, cap) = new(ctx);
    sui::transfer::transfer(cap, ctx.sender());
    sui::transfer::share_object(kiosk)
}

public fun new(ctx: &mut TxContext): (Kiosk, KioskOwnerCap) {
    let kiosk = Kiosk {
        id: object::new(ctx),
        profits: balance::zero(),
        owner: ctx.sender(),
        item_count: 0,
        allow_extensions: false,
    };
    let cap = KioskOwnerCap { id: object::new(ctx), `for`: object::id(&kiosk) };
    (kiosk, cap)
}

/// Aborts with `ENotOwner` or `ENotEmpty`.
public fun close_and_withdraw(self: Kiosk, cap: KioskOwnerCap, ctx: &mut TxContext): Coin<SUI> {
    let Kiosk { id, profits, owner: _, item_count, allow_extensions: _ } = self;
    let KioskOwnerCap { id: cap_id, `for` } = cap;
    assert!(id.to_inner() == `for`, ENotOwner);
    assert!(item_count == 0, ENotEmpty);
    cap_id.delete();
    id.delete();
    profits.into_coin(ctx)
}

/// Shows the sender as owner. Aborts with `ENotOwner`.
public fun set_owner(self: &mut Kiosk, cap: &KioskOwnerCap, ctx: &TxContext) {
    assert!(self.has_access(cap), ENotOwner);
    self.owner = ctx.sender()
}

/// Shows any address as owner. Aborts with `ENotOwner`.
public fun set_owner_custom(self: &mut Kiosk, cap: &KioskOwnerCap, owner: address) {
    assert!(self.has_access(cap), ENotOwner);
    self.owner = owner
}

// === Items ===

/// Aborts with `ENotOwner`.
public fun place<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, item: T) {
    assert!(self.has_access(cap), ENotOwner);
    self.place_internal(item)
}

/// Places an item that can only leave by being bought; its type must have a policy. Aborts with `ENotOwner`.
public fun lock<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, _policy: &TransferPolicy<T>, item: T) {
    assert!(self.has_access(cap), ENotOwner);
    self.lock_internal(item)
}

/// Aborts with `ENotOwner`, `EItemLocked`, `EListedExclusively` or `EItemNotFound`.
public fun take<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, id: ID): T {
    assert!(self.has_access(cap), ENotOwner);
    assert!(!self.is_locked(id), EItemLocked);
    assert!(!self.is_listed_exclusively(id), EListedExclusively);
    assert!(self.has_item(id), EItemNotFound);
    self.item_count = self.item_count - 1;
    df::remove_if_exists<Listing, u64>(&mut self.id, Listing { id, is_exclusive: false });
    dof::remove(&mut self.id, Item { id })
}

/// Offers an item at a price in MIST, or changes the price.
/// Aborts with `ENotOwner`, `EItemNotFound` or `EListedExclusively`.
public fun list<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, id: ID, price: u64) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(self.has_item_with_type<T>(id), EItemNotFound);
    assert!(!self.is_listed_exclusively(id), EListedExclusively);
    df::add(&mut self.id, Listing { id, is_exclusive: false }, price);
    event::emit(ItemListed<T> { kiosk: object::id(self), id, price })
}

/// Aborts as `place` and `list` do.
public fun place_and_list<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, item: T, price: u64) {
    let id = object::id(&item);
    self.place(cap, item);
    self.list<T>(cap, id, price)
}

/// Aborts with `ENotOwner`, `EItemNotFound`, `EListedExclusively` or `ENotListed`.
public fun delist<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, id: ID) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(self.has_item_with_type<T>(id), EItemNotFound);
    assert!(!self.is_listed_exclusively(id), EListedExclusively);
    assert!(self.is_listed(id), ENotListed);
    df::remove<Listing, u64>(&mut self.id, Listing { id, is_exclusive: false });
    event::emit(ItemDelisted<T> { kiosk: object::id(self), id })
}

/// Buys a listed item at its price. Aborts with `EIncorrectAmount`, or as `dynamic_field::remove` when not listed.
public fun purchase<T: key + store>(self: &mut Kiosk, id: ID, payment: Coin<SUI>): (T, TransferRequest<T>) {
    let price = df::remove<Listing, u64>(&mut self.id, Listing { id, is_exclusive: false });
    let item = dof::remove<Item, T>(&mut self.id, Item { id });
    self.item_count = self.item_count - 1;
    assert!(price == payment.value(), EIncorrectAmount);
    df::remove_if_exists<Lock, bool>(&mut self.id, Lock { id });
    coin::put(&mut self.profits, payment);
    event::emit(ItemPurchased<T> { kiosk: object::id(self), id, price });
    (item, transfer_policy::new_request(id, price, object::id(self)))
}

/// Promises an item to whoever gets the capability. Aborts with `ENotOwner`, `EItemNotFound` or `EAlreadyListed`.
public fun list_with_purchase_cap<T: key + store>(
    self: &mut Kiosk,
    cap: &KioskOwnerCap,
    id: ID,
    min_price: u64,
    ctx: &mut TxContext,
): PurchaseCap<T> {
    assert!(self.has_access(cap), ENotOwner);
    assert!(self.has_item_with_type<T>(id), EItemNotFound);
    assert!(!self.is_listed(id), EAlreadyListed);
    df::add(&mut self.id, Listing { id, is_exclusive: true }, min_price);
    PurchaseCap { min_price, item_id: id, id: object::new(ctx), kiosk_id: object::id(self) }
}

/// Buys a promised item at any price not below the least. Aborts with `EIncorrectAmount` or `EWrongKiosk`.
public fun purchase_with_cap<T: key + store>(
    self: &mut Kiosk,
    purchase_cap: PurchaseCap<T>,
    payment: Coin<SUI>,
): (T, TransferRequest<T>) {
    let PurchaseCap { id: cap_id, item_id, kiosk_id, min_price } = purchase_cap;
    cap_id.delete();
    let paid = payment.value();
    assert!(paid >= min_price, EIncorrectAmount);
    assert!(object::id(self) == kiosk_id, EWrongKiosk);
    df::remove<Listing, u64>(&mut self.id, Listing { id: item_id, is_exclusive: true });
    coin::put(&mut self.profits, payment);
    self.item_count = self.item_count - 1;
    df::remove_if_exists<Lock, bool>(&mut self.id, Lock { id: item_id });
    let item = dof::remove<Item, T>(&mut self.id, Item { id: item_id });
    (item, transfer_policy::new_request(item_id, paid, object::id(self)))
}

/// Gives up the right to buy. Aborts with `EWrongKiosk`.
public fun return_purchase_cap<T: key + store>(self: &mut Kiosk, purchase_cap: PurchaseCap<T>) {
    let PurchaseCap { id, item_id, kiosk_id, min_price: _ } = purchase_cap;
    assert!(object::id(self) == kiosk_id, EWrongKiosk);
    df::remove<Listing, u64>(&mut self.id, Listing { id: item_id, is_exclusive: true });
    id.delete()
}

/// Takes an amount of the profits, or all. Aborts with `ENotOwner` or `ENotEnough`.
public fun withdraw(
    self: &mut Kiosk,
    cap: &KioskOwnerCap,
    amount: Option<u64>,
    ctx: &mut TxContext,
): Coin<SUI> {
    assert!(self.has_access(cap), ENotOwner);
    let amount = amount.destroy_or!(self.profits.value());
    assert!(amount <= self.profits.value(), ENotEnough);
    coin::take(&mut self.profits, amount, ctx)
}

// === For extensions ===

public(package) fun lock_internal<T: key + store>(self: &mut Kiosk, item: T) {
    df::add(&mut self.id, Lock { id: object::id(&item) }, true);
    self.place_internal(item)
}

public(package) fun place_internal<T: key + store>(self: &mut Kiosk, item: T) {
    self.item_count = self.item_count + 1;
    dof::add(&mut self.id, Item { id: object::id(&item) }, item)
}

public(package) fun uid_mut_internal(self: &mut Kiosk): &mut UID { &mut self.id }

// === Questions ===

public fun has_item(self: &Kiosk, id: ID): bool { dof::exists_(&self.id, Item { id }) }

public fun has_item_with_type<T: key + store>(self: &Kiosk, id: ID): bool {
    dof::exists_with_type<Item, T>(&self.id, Item { id })
}

public fun is_locked(self: &Kiosk, id: ID): bool { df::exists_(&self.id, Lock { id }) }

/// Whether the item has a price or is promised.
public fun is_listed(self: &Kiosk, id: ID): bool {
    df::exists_(&self.id, Listing { id, is_exclusive: false }) || self.is_listed_exclusively(id)
}

public fun is_listed_exclusively(self: &Kiosk, id: ID): bool {
    df::exists_(&self.id, Listing { id, is_exclusive: true })
}

#[allow(unused_mut_parameter)]
public fun has_access(self: &mut Kiosk, cap: &KioskOwnerCap): bool { object::id(self) == cap.`for` }

/// Aborts with `ENotOwner`.
public fun uid_mut_as_owner(self: &mut Kiosk, cap: &KioskOwnerCap): &mut UID {
    assert!(self.has_access(cap), ENotOwner);
    &mut self.id
}

/// Aborts with `ENotOwner`.
public fun set_allow_extensions(self: &mut Kiosk, cap: &KioskOwnerCap, allow_extensions: bool) {
    assert!(self.has_access(cap), ENotOwner);
    self.allow_extensions = allow_extensions
}

public fun uid(self: &Kiosk): &UID { &self.id }

/// Aborts with `EUidAccessNotAllowed`.
public fun uid_mut(self: &mut Kiosk): &mut UID {
    assert!(self.allow_extensions, EUidAccessNotAllowed);
    &mut self.id
}

public fun owner(self: &Kiosk): address { self.owner }

public fun item_count(self: &Kiosk): u32 { self.item_count }

public fun profits_amount(self: &Kiosk): u64 { self.profits.value() }

/// Aborts with `ENotOwner`.
public fun profits_mut(self: &mut Kiosk, cap: &KioskOwnerCap): &mut Balance<SUI> {
    assert!(self.has_access(cap), ENotOwner);
    &mut self.profits
}

// === Using items in place ===

/// Aborts with `ENotOwner` or `EItemNotFound`.
public fun borrow<T: key + store>(self: &Kiosk, cap: &KioskOwnerCap, id: ID): &T {
    assert!(object::id(self) == cap.`for`, ENotOwner);
    assert!(self.has_item(id), EItemNotFound);
    dof::borrow(&self.id, Item { id })
}

/// Aborts with `ENotOwner`, `EItemNotFound` or `EItemIsListed`.
public fun borrow_mut<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, id: ID): &mut T {
    assert!(self.has_access(cap), ENotOwner);
    assert!(self.has_item(id), EItemNotFound);
    assert!(!self.is_listed(id), EItemIsListed);
    dof::borrow_mut(&mut self.id, Item { id })
}

/// Takes an item out, to be put back in this transaction. Aborts with `ENotOwner`, `EItemNotFound` or `EItemIsListed`.
public fun borrow_val<T: key + store>(self: &mut Kiosk, cap: &KioskOwnerCap, id: ID): (T, Borrow) {
    assert!(self.has_access(cap), ENotOwner);
    assert!(self.has_item(id), EItemNotFound);
    assert!(!self.is_listed(id), EItemIsListed);
    (dof::remove(&mut self.id, Item { id }), Borrow { kiosk_id: object::id(self), item_id: id })
}

/// Aborts with `EWrongKiosk` or `EItemMismatch`.
public fun return_val<T: key + store>(self: &mut Kiosk, item: T, borrow: Borrow) {
    let Borrow { kiosk_id, item_id } = borrow;
    assert!(object::id(self) == kiosk_id, EWrongKiosk);
    assert!(object::id(&item) == item_id, EItemMismatch);
    dof::add(&mut self.id, Item { id: item_id }, item)
}

public fun kiosk_owner_cap_for(cap: &KioskOwnerCap): ID { cap.`for` }

public fun purchase_cap_kiosk<T: key + store>(self: &PurchaseCap<T>): ID { self.kiosk_id }

public fun purchase_cap_item<T: key + store>(self: &PurchaseCap<T>): ID { self.item_id }

public fun purchase_cap_min_price<T: key + store>(self: &PurchaseCap<T>): u64 { self.min_price }
