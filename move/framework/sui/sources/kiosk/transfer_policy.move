/// Rules a type's author sets for trading it: whoever buys an item has a request approved by every rule.
module sui::transfer_policy;

use std::type_name::{Self, TypeName};
use sui::balance::{Self, Balance};
use sui::coin::{Self, Coin};
use sui::dynamic_field as df;
use sui::event;
use sui::package::{Self, Publisher};
use sui::sui::SUI;
use sui::vec_set::{Self, VecSet};

/// Not as many approvals as rules.
const EPolicyNotSatisfied: u64 = 0;
/// An approval of a rule the policy does not have.
const EIllegalRule: u64 = 1;
/// The policy does not have the rule.
const EUnknownRequirement: u64 = 2;
/// The policy has the rule already.
const ERuleAlreadySet: u64 = 3;
/// The capability belongs to another policy.
const ENotOwner: u64 = 4;
/// The policy's balance is smaller than what is taken from it.
const ENotEnough: u64 = 5;

/// A purchase that waits for approval.
public struct TransferRequest<phantom T> {
    item: ID,
    /// In MIST.
    paid: u64,
    /// The kiosk or other place the item comes from.
    from: ID,
    /// Rules that approved.
    receipts: VecSet<TypeName>,
}

/// The rules of a type; their configurations are dynamic fields.
public struct TransferPolicy<phantom T> has key, store {
    id: UID,
    /// What rules have collected.
    balance: Balance<SUI>,
    rules: VecSet<TypeName>,
}

/// The right to change a policy.
public struct TransferPolicyCap<phantom T> has key, store {
    id: UID,
    policy_id: ID,
}

/// Emitted by `new`.
public struct TransferPolicyCreated<phantom T> has copy, drop { id: ID }

/// Emitted by `destroy_and_withdraw`.
public struct TransferPolicyDestroyed<phantom T> has copy, drop { id: ID }

/// Name of a rule's configuration.
public struct RuleKey<phantom T: drop> has copy, drop, store {}

// === Requests and policies ===

/// Anybody can make a request; it is only worth something to the policy's rules.
public fun new_request<T>(item: ID, paid: u64, from: ID): TransferRequest<T> {
    TransferRequest { item, paid, from, receipts: vec_set::empty() }
}

/// A policy without rules. Aborts with code 0 when the publisher is not that of the type's package.
public fun new<T>(pub: &Publisher, ctx: &mut TxContext): (TransferPolicy<T>, TransferPolicyCap<T>) {
    assert!(package::from_package<T>(pub), 0);
    let id = object::new(ctx);
    let policy_id = id.to_inner();
    event::emit(TransferPolicyCreated<T> { id: policy_id });
    (
        TransferPolicy { id, rules: vec_set::empty(), balance: balance::zero() },
        TransferPolicyCap { id: object::new(ctx), policy_id },
    )
}

#[allow(lint(self_transfer, share_owned))]
/// Makes a policy, shares it, and gives the right to change it to the sender. Aborts as `new` does.
entry fun default<T>(pub: &Publisher, ctx: &mut TxContext) {
    let (policy, cap) = new<T>(pub, ctx);
    sui::transfer::share_object(policy);
    sui::transfer::transfer(cap, ctx.sender())
}

/// Takes an amount, or everything. Aborts with `ENotOwner` or `ENotEnough`.
public fun withdraw<T>(
    self: &mut TransferPolicy<T>,
    cap: &TransferPolicyCap<T>,
    amount: Option<u64>,
    ctx: &mut TxContext,
): Coin<SUI> {
    assert!(object::id(self) == cap.policy_id, ENotOwner);
    let amount = amount.destroy_or!(self.balance.value());
    assert!(amount <= self.balance.value(), ENotEnough);
    coin::take(&mut self.balance, amount, ctx)
}

/// Ends a policy. Aborts with `ENotOwner`.
public fun destroy_and_withdraw<T>(
    self: TransferPolicy<T>,
    cap: TransferPolicyCap<T>,
    ctx: &mut TxContext,
): Coin<SUI> {
    assert!(object::id(&self) == cap.policy_id, ENotOwner);
    let TransferPolicyCap { id: cap_id, policy_id } = cap;
    let TransferPolicy { id, rules: _, balance } = self;
    id.delete();
    cap_id.delete();
    event::emit(TransferPolicyDestroyed<T> { id: policy_id });
    balance.into_coin(ctx)
}

/// Ends a request every rule has approved; returns item, price and origin.
/// Aborts with `EPolicyNotSatisfied` or `EIllegalRule`.
public fun confirm_request<T>(self: &TransferPolicy<T>, request: TransferRequest<T>): (ID, u64, ID) {
    let TransferRequest { item, paid, from, receipts } = request;
    let completed = receipts.into_keys();
    assert!(completed.length() == self.rules.length(), EPolicyNotSatisfied);
    completed.do!(|rule_type| assert!(self.rules.contains(&rule_type), EIllegalRule));
    (item, paid, from)
}

// === Rules ===

/// Aborts with `ENotOwner` or `ERuleAlreadySet`.
public fun add_rule<T, Rule: drop, Config: store + drop>(
    _: Rule,
    policy: &mut TransferPolicy<T>,
    cap: &TransferPolicyCap<T>,
    cfg: Config,
) {
    assert!(object::id(policy) == cap.policy_id, ENotOwner);
    assert!(!has_rule<T, Rule>(policy), ERuleAlreadySet);
    df::add(&mut policy.id, RuleKey<Rule> {}, cfg);
    policy.rules.insert(type_name::with_defining_ids<Rule>())
}

/// A rule's configuration. Aborts as `dynamic_field::borrow` does.
public fun get_rule<T, Rule: drop, Config: store + drop>(_: Rule, policy: &TransferPolicy<T>): &Config {
    df::borrow(&policy.id, RuleKey<Rule> {})
}

/// Aborts with `EUnknownRequirement`.
public fun add_to_balance<T, Rule: drop>(_: Rule, policy: &mut TransferPolicy<T>, coin: Coin<SUI>) {
    assert!(has_rule<T, Rule>(policy), EUnknownRequirement);
    coin::put(&mut policy.balance, coin)
}

/// Approves a request. Aborts as `vec_set::insert` does when the rule has approved it already.
public fun add_receipt<T, Rule: drop>(_: Rule, request: &mut TransferRequest<T>) {
    request.receipts.insert(type_name::with_defining_ids<Rule>())
}

public fun has_rule<T, Rule: drop>(policy: &TransferPolicy<T>): bool {
    df::exists_(&policy.id, RuleKey<Rule> {})
}

/// Aborts with `ENotOwner`, or as `dynamic_field::remove` does.
public fun remove_rule<T, Rule: drop, Config: store + drop>(
    policy: &mut TransferPolicy<T>,
    cap: &TransferPolicyCap<T>,
) {
    assert!(object::id(policy) == cap.policy_id, ENotOwner);
    let _: Config = df::remove(&mut policy.id, RuleKey<Rule> {});
    policy.rules.remove(&type_name::with_defining_ids<Rule>())
}

// === Fields ===

public fun uid<T>(self: &TransferPolicy<T>): &UID { &self.id }

/// Aborts with `ENotOwner`.
public fun uid_mut_as_owner<T>(self: &mut TransferPolicy<T>, cap: &TransferPolicyCap<T>): &mut UID {
    assert!(object::id(self) == cap.policy_id, ENotOwner);
    &mut self.id
}

public fun rules<T>(self: &TransferPolicy<T>): &VecSet<TypeName> { &self.rules }

public fun item<T>(self: &TransferRequest<T>): ID { self.item }

public fun paid<T>(self: &TransferRequest<T>): u64 { self.paid }

public fun from<T>(self: &TransferRequest<T>): ID { self.from }
