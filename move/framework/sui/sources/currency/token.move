/// Closed-loop tokens: amounts of a currency that can only be used in ways its policy allows.
module sui::token;

use std::string::String;
use std::type_name::{Self, TypeName};
use sui::balance::{Self, Balance};
use sui::coin::{Coin, TreasuryCap};
use sui::dynamic_field as df;
use sui::event;
use sui::vec_map::{Self, VecMap};
use sui::vec_set::{Self, VecSet};

/// The policy does not know the action.
const EUnknownAction: u64 = 0;
/// A rule has not approved the request.
const ENotApproved: u64 = 1;
/// The capability belongs to another policy.
const ENotAuthorized: u64 = 2;
/// The token is smaller than what is taken from it.
const EBalanceTooLow: u64 = 3;
/// A token that is not zero cannot be destroyed.
const ENotZero: u64 = 4;
/// The request spends a balance, which only a treasury or a mutable policy can take.
const ECantConsumeBalance: u64 = 5;
/// The rule has no configuration of this type.
const ENoConfig: u64 = 6;
/// The request spends nothing; use `confirm_request`.
const EUseImmutableConfirm: u64 = 7;

const SPEND: vector<u8> = b"spend";
const TRANSFER: vector<u8> = b"transfer";
const TO_COIN: vector<u8> = b"to_coin";
const FROM_COIN: vector<u8> = b"from_coin";

/// An amount of a currency, bound to its owner.
public struct Token<phantom T> has key {
    id: UID,
    balance: Balance<T>,
}

/// The right to change a policy.
public struct TokenPolicyCap<phantom T> has key, store {
    id: UID,
    `for`: ID,
}

/// Which actions are allowed, and the rules that must approve each; rules' configurations are dynamic fields.
public struct TokenPolicy<phantom T> has key {
    id: UID,
    /// What was spent, to be burned by the treasury.
    spent_balance: Balance<T>,
    rules: VecMap<String, VecSet<TypeName>>,
}

/// An action that waits for approval.
public struct ActionRequest<phantom T> {
    name: String,
    amount: u64,
    sender: address,
    recipient: Option<address>,
    spent_balance: Option<Balance<T>>,
    /// Rules that approved.
    approvals: VecSet<TypeName>,
}

/// Name of a rule's configuration.
public struct RuleKey<phantom T> has copy, drop, store { is_protected: bool }

/// Emitted by `share_policy`.
public struct TokenPolicyCreated<phantom T> has copy, drop {
    id: ID,
    is_mutable: bool,
}

// === Policies ===

/// A policy that allows nothing yet.
public fun new_policy<T>(_treasury_cap: &TreasuryCap<T>, ctx: &mut TxContext): (TokenPolicy<T>, TokenPolicyCap<T>) {
    let policy = TokenPolicy { id: object::new(ctx), spent_balance: balance::zero(), rules: vec_map::empty() };
    let cap = TokenPolicyCap { id: object::new(ctx), `for`: object::id(&policy) };
    (policy, cap)
}

#[allow(lint(share_owned))]
public fun share_policy<T>(policy: TokenPolicy<T>) {
    event::emit(TokenPolicyCreated<T> { id: object::id(&policy), is_mutable: true });
    transfer::share_object(policy)
}

// === Protected actions ===

/// Sends the token; the request must be confirmed.
public fun transfer<T>(t: Token<T>, recipient: address, ctx: &mut TxContext): ActionRequest<T> {
    let amount = t.balance.value();
    transfer::transfer(t, recipient);
    new_request(transfer_action(), amount, option::some(recipient), option::none(), ctx)
}

/// Spends the token; the request must be confirmed by a treasury or a mutable policy.
public fun spend<T>(t: Token<T>, ctx: &mut TxContext): ActionRequest<T> {
    let Token { id, balance } = t;
    id.delete();
    new_request(spend_action(), balance.value(), option::none(), option::some(balance), ctx)
}

/// Makes the token a coin; the request must be confirmed.
public fun to_coin<T>(t: Token<T>, ctx: &mut TxContext): (Coin<T>, ActionRequest<T>) {
    let Token { id, balance } = t;
    let amount = balance.value();
    id.delete();
    (balance.into_coin(ctx), new_request(to_coin_action(), amount, option::none(), option::none(), ctx))
}

/// Makes a coin a token; the request must be confirmed.
public fun from_coin<T>(coin: Coin<T>, ctx: &mut TxContext): (Token<T>, ActionRequest<T>) {
    let amount = coin.value();
    let token = Token { id: object::new(ctx), balance: coin.into_balance() };
    (token, new_request(from_coin_action(), amount, option::none(), option::none(), ctx))
}

// === What an owner may always do ===

public fun join<T>(token: &mut Token<T>, another: Token<T>) {
    let Token { id, balance } = another;
    token.balance.join(balance);
    id.delete()
}

/// Aborts with `EBalanceTooLow`.
public fun split<T>(token: &mut Token<T>, amount: u64, ctx: &mut TxContext): Token<T> {
    assert!(token.balance.value() >= amount, EBalanceTooLow);
    Token { id: object::new(ctx), balance: token.balance.split(amount) }
}

public fun zero<T>(ctx: &mut TxContext): Token<T> { Token { id: object::new(ctx), balance: balance::zero() } }

/// Aborts with `ENotZero`.
public fun destroy_zero<T>(token: Token<T>) {
    let Token { id, balance } = token;
    assert!(balance.value() == 0, ENotZero);
    balance.destroy_zero();
    id.delete()
}

#[allow(lint(self_transfer), unused_mut_parameter)]
/// Gives the token to the sender.
public fun keep<T>(token: Token<T>, ctx: &mut TxContext) { transfer::transfer(token, ctx.sender()) }

// === Requests ===

/// A request for any action, for the policy of the currency.
public fun new_request<T>(
    name: String,
    amount: u64,
    recipient: Option<address>,
    spent_balance: Option<Balance<T>>,
    ctx: &TxContext,
): ActionRequest<T> {
    ActionRequest { name, amount, recipient, spent_balance, sender: ctx.sender(), approvals: vec_set::empty() }
}

/// Ends a request every rule of its action has approved; returns action, amount, sender and recipient.
/// Aborts with `ECantConsumeBalance`, `EUnknownAction` or `ENotApproved`.
public fun confirm_request<T>(
    policy: &TokenPolicy<T>,
    request: ActionRequest<T>,
    _ctx: &mut TxContext,
): (String, u64, address, Option<address>) {
    assert!(request.spent_balance.is_none(), ECantConsumeBalance);
    assert!(policy.rules.contains(&request.name), EUnknownAction);
    let rules = policy.rules[&request.name].into_keys();
    rules.do!(|rule| assert!(request.approvals.contains(&rule), ENotApproved));
    let (name, amount, sender, recipient, spent_balance) = request.end!();
    spent_balance.destroy_none();
    (name, amount, sender, recipient)
}

/// Like `confirm_request`, for a request that spends a balance.
/// Aborts with `EUnknownAction`, `EUseImmutableConfirm` or `ENotApproved`.
public fun confirm_request_mut<T>(
    policy: &mut TokenPolicy<T>,
    mut request: ActionRequest<T>,
    ctx: &mut TxContext,
): (String, u64, address, Option<address>) {
    assert!(policy.rules.contains(&request.name), EUnknownAction);
    assert!(request.spent_balance.is_some(), EUseImmutableConfirm);
    policy.spent_balance.join(request.spent_balance.extract());
    confirm_request(policy, request, ctx)
}

/// Ends a request without any rule. Aborts with `ECantConsumeBalance`.
public fun confirm_with_policy_cap<T>(
    _policy_cap: &TokenPolicyCap<T>,
    request: ActionRequest<T>,
    _ctx: &mut TxContext,
): (String, u64, address, Option<address>) {
    assert!(request.spent_balance.is_none(), ECantConsumeBalance);
    let (name, amount, sender, recipient, spent_balance) = request.end!();
    spent_balance.destroy_none();
    (name, amount, sender, recipient)
}

/// Ends a request without any rule, burning what it spends.
public fun confirm_with_treasury_cap<T>(
    treasury_cap: &mut TreasuryCap<T>,
    request: ActionRequest<T>,
    _ctx: &mut TxContext,
): (String, u64, address, Option<address>) {
    let (name, amount, sender, recipient, spent_balance) = request.end!();
    spent_balance.do!(|balance| treasury_cap.supply_mut().decrease_supply(balance));
    (name, amount, sender, recipient)
}

macro fun end<$T>($request: ActionRequest<$T>): (String, u64, address, Option<address>, Option<Balance<$T>>) {
    let ActionRequest { name, amount, sender, recipient, spent_balance, approvals: _ } = $request;
    (name, amount, sender, recipient, spent_balance)
}

/// Approves a request. Aborts as `vec_set::insert` does when the rule has approved it already.
public fun add_approval<T, W: drop>(_t: W, request: &mut ActionRequest<T>, _ctx: &mut TxContext) {
    request.approvals.insert(type_name::with_defining_ids<W>())
}

// === Configurations of rules ===

/// Aborts with `ENotAuthorized`, or as `dynamic_field::add` when there is one.
public fun add_rule_config<T, Rule: drop, Config: store>(
    _rule: Rule,
    self: &mut TokenPolicy<T>,
    cap: &TokenPolicyCap<T>,
    config: Config,
    _ctx: &mut TxContext,
) {
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    df::add(&mut self.id, key<Rule>(), config)
}

/// Aborts with `ENoConfig`.
public fun rule_config<T, Rule: drop, Config: store>(_rule: Rule, self: &TokenPolicy<T>): &Config {
    assert!(has_rule_config_with_type<T, Rule, Config>(self), ENoConfig);
    df::borrow(&self.id, key<Rule>())
}

/// Aborts with `ENoConfig` or `ENotAuthorized`.
public fun rule_config_mut<T, Rule: drop, Config: store>(
    _rule: Rule,
    self: &mut TokenPolicy<T>,
    cap: &TokenPolicyCap<T>,
): &mut Config {
    assert!(has_rule_config_with_type<T, Rule, Config>(self), ENoConfig);
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    df::borrow_mut(&mut self.id, key<Rule>())
}

/// Aborts with `ENoConfig` or `ENotAuthorized`.
public fun remove_rule_config<T, Rule, Config: store>(
    self: &mut TokenPolicy<T>,
    cap: &TokenPolicyCap<T>,
    _ctx: &mut TxContext,
): Config {
    assert!(has_rule_config_with_type<T, Rule, Config>(self), ENoConfig);
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    df::remove(&mut self.id, key<Rule>())
}

public fun has_rule_config<T, Rule>(self: &TokenPolicy<T>): bool { df::exists_(&self.id, key<Rule>()) }

public fun has_rule_config_with_type<T, Rule, Config: store>(self: &TokenPolicy<T>): bool {
    df::exists_with_type<RuleKey<Rule>, Config>(&self.id, key<Rule>())
}

// === Actions of a policy ===

/// Allows an action without any rule. Aborts with `ENotAuthorized`, or as `vec_map::insert` when it is known.
public fun allow<T>(self: &mut TokenPolicy<T>, cap: &TokenPolicyCap<T>, action: String, _ctx: &mut TxContext) {
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    self.rules.insert(action, vec_set::empty())
}

/// Aborts with `ENotAuthorized`, or as `vec_map::remove` when the action is not known.
public fun disallow<T>(self: &mut TokenPolicy<T>, cap: &TokenPolicyCap<T>, action: String, _ctx: &mut TxContext) {
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    self.rules.remove(&action);
}

/// Makes a rule's approval necessary, allowing the action if it was not. Aborts with `ENotAuthorized`.
public fun add_rule_for_action<T, Rule: drop>(
    self: &mut TokenPolicy<T>,
    cap: &TokenPolicyCap<T>,
    action: String,
    ctx: &mut TxContext,
) {
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    if (!self.rules.contains(&action)) allow(self, cap, action, ctx);
    self.rules.get_mut(&action).insert(type_name::with_defining_ids<Rule>())
}

/// Aborts with `ENotAuthorized`, or as `vec_map::get_mut` and `vec_set::remove` do.
public fun remove_rule_for_action<T, Rule: drop>(
    self: &mut TokenPolicy<T>,
    cap: &TokenPolicyCap<T>,
    action: String,
    _ctx: &mut TxContext,
) {
    assert!(object::id(self) == cap.`for`, ENotAuthorized);
    self.rules.get_mut(&action).remove(&type_name::with_defining_ids<Rule>())
}

// === The treasury ===

public fun mint<T>(cap: &mut TreasuryCap<T>, amount: u64, ctx: &mut TxContext): Token<T> {
    Token { id: object::new(ctx), balance: cap.supply_mut().increase_supply(amount) }
}

public fun burn<T>(cap: &mut TreasuryCap<T>, token: Token<T>) {
    let Token { id, balance } = token;
    cap.supply_mut().decrease_supply(balance);
    id.delete()
}

/// Burns what was spent and returns how much.
public fun flush<T>(self: &mut TokenPolicy<T>, cap: &mut TreasuryCap<T>, _ctx: &mut TxContext): u64 {
    cap.supply_mut().decrease_supply(self.spent_balance.withdraw_all())
}

// === Questions ===

public fun is_allowed<T>(self: &TokenPolicy<T>, action: &String): bool { self.rules.contains(action) }

/// Aborts as `vec_map::get` does when the action is not known.
public fun rules<T>(self: &TokenPolicy<T>, action: &String): VecSet<TypeName> { self.rules[action] }

public fun spent_balance<T>(self: &TokenPolicy<T>): u64 { self.spent_balance.value() }

public fun value<T>(t: &Token<T>): u64 { t.balance.value() }

public fun transfer_action(): String { TRANSFER.to_string() }

public fun spend_action(): String { SPEND.to_string() }

public fun to_coin_action(): String { TO_COIN.to_string() }

public fun from_coin_action(): String { FROM_COIN.to_string() }

public fun action<T>(self: &ActionRequest<T>): String { self.name }

public fun amount<T>(self: &ActionRequest<T>): u64 { self.amount }

public fun sender<T>(self: &ActionRequest<T>): address { self.sender }

public fun recipient<T>(self: &ActionRequest<T>): Option<address> { self.recipient }

public fun approvals<T>(self: &ActionRequest<T>): VecSet<TypeName> { self.approvals }

public fun spent<T>(self: &ActionRequest<T>): Option<u64> {
    self.spent_balance.map_ref!(|balance| balance.value())
}

fun key<Rule>(): RuleKey<Rule> { RuleKey { is_protected: true } }

// === For tests ===

#[test_only]
/// A policy of a token that needs no treasury.
public fun new_policy_for_testing<T>(ctx: &mut TxContext): (TokenPolicy<T>, TokenPolicyCap<T>) {
    let policy = TokenPolicy { id: object::new(ctx), spent_balance: balance::zero(), rules: vec_map::empty() };
    let cap = TokenPolicyCap { id: object::new(ctx), `for`: object::id(&policy) };
    (policy, cap)
}

#[test_only]
public fun burn_policy_for_testing<T>(policy: TokenPolicy<T>, cap: TokenPolicyCap<T>) {
    let TokenPolicy { id, spent_balance, rules: _ } = policy;
    id.delete();
    spent_balance.destroy_for_testing();
    let TokenPolicyCap { id, `for`: _ } = cap;
    id.delete();
}

#[test_only]
public fun mint_for_testing<T>(amount: u64, ctx: &mut TxContext): Token<T> {
    Token { id: object::new(ctx), balance: balance::create_for_testing(amount) }
}

#[test_only]
public fun burn_for_testing<T>(token: Token<T>) {
    let Token { id, balance } = token;
    id.delete();
    balance.destroy_for_testing();
}
