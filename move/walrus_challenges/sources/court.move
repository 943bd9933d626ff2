/// Storage challenges, decided on chain. Anyone who doubts that a storage node keeps a blob accuses it of one symbol
/// and puts up a bond. The node shows the symbol in time and gets the bond, or is slashed and the accuser gets a
/// bounty. Nothing happens on chain while nobody is accused.
///
/// A node can be asked for any symbol of the primary slivers of its shards, of blobs that were certified in an
/// earlier epoch, once it has reported its shards. A challenge is moot when the epoch ends or the blob is gone: then
/// the accuser gets its bond back. A node that has lost a symbol may still fetch it from others in time; what a
/// challenge shows is that the node can produce the symbol.
module walrus_challenges::court;

use sui::balance::Balance;
use sui::clock::Clock;
use sui::coin::{Self, Coin};
use sui::event;
use sui::table::{Self, Table};
use wal::wal::{ProtectedTreasury, WAL};
use walrus::penalty_authority::PenaltyAuthority;
use walrus::staking::Staking;
use walrus::system::System;
use walrus_challenges::possession::{Self, Possession};
use walrus_challenges::rules::Rules;

// === Errors ===

/// The authority does not reach as far as the rules.
const EWeakAuthority: u64 = 0;
/// The bond is not what the rules ask for.
const EWrongBond: u64 = 1;
/// The symbol does not exist.
const EIndexOutOfRange: u64 = 2;
/// The blob is not certified, or only since this epoch.
const ENotLive: u64 = 3;
/// The node does not hold the shard.
const ENotHolder: u64 = 4;
/// The node has not reported its shards of this epoch yet.
const ENotReported: u64 = 5;
/// Enough challenges are open against the node.
const ETooManyOpen: u64 = 6;
/// The challenge is before another court.
const EOtherCourt: u64 = 7;
/// The node still has time to answer.
const ETooEarly: u64 = 8;
/// The epoch has ended or the blob is gone.
const EMoot: u64 = 9;
/// The challenge is to be answered.
const ENotMoot: u64 = 10;

// === Structs ===

/// Shared object that holds the authority; `open` counts the challenges against each node.
public struct Court has key {
    id: UID,
    authority: PenaltyAuthority,
    rules: Rules,
    open: Table<ID, u64>,
}

/// Shared object: an open accusation.
public struct Challenge has key {
    id: UID,
    court_id: ID,
    accuser: address,
    bond: Balance<WAL>,
    node_id: ID,
    blob_id: u256,
    pair: u16,
    symbol: u16,
    epoch: u32,
    deadline_ms: u64,
}

/// A node was accused; it should answer by `deadline_ms`. Emitted by `accuse`.
public struct ChallengeOpened has copy, drop {
    challenge_id: ID,
    node_id: ID,
    blob_id: u256,
    pair: u16,
    symbol: u16,
    epoch: u32,
    deadline_ms: u64,
}

/// The node showed the symbol. Emitted by `answer`.
public struct ChallengeAnswered has copy, drop {
    challenge_id: ID,
    node_id: ID,
}

/// The node did not answer in time; FROST taken from it and paid to the accuser. Emitted by `uphold`.
public struct ChallengeUpheld has copy, drop {
    challenge_id: ID,
    node_id: ID,
    taken: u64,
    bounty: u64,
}

/// The challenge came to nothing. Emitted by `dismiss`.
public struct ChallengeDismissed has copy, drop {
    challenge_id: ID,
    node_id: ID,
}

// === Court ===

/// Shares a court and returns its id. Aborts with `EWeakAuthority`.
public fun new(authority: PenaltyAuthority, rules: Rules, ctx: &mut TxContext): ID {
    assert!(rules.penalty_basis_points() <= authority.max_basis_points(), EWeakAuthority);
    let court = Court { id: object::new(ctx), authority, rules, open: table::new(ctx) };
    let court_id = object::id(&court);
    transfer::share_object(court);
    court_id
}

public fun rules(self: &Court): Rules { self.rules }

/// Challenges open against a node.
public fun open_challenges(self: &Court, node_id: ID): u64 {
    if (self.open.contains(node_id)) self.open[node_id] else 0
}

// === Challenges ===

/// Asks a node for symbol `symbol` of the primary sliver that `shard` holds of a blob; shares the challenge and
/// returns its id.
/// Aborts with `EWrongBond`, `EIndexOutOfRange`, `ENotLive`, `ENotHolder`, `ENotReported` or `ETooManyOpen`.
public fun accuse(
    self: &mut Court,
    system: &System,
    staking: &Staking,
    node_id: ID,
    blob_id: u256,
    shard: u16,
    symbol: u16,
    bond: Coin<WAL>,
    clock: &Clock,
    ctx: &mut TxContext,
): ID {
    assert!(bond.value() == self.rules.accusation_bond(), EWrongBond);
    assert!(symbol < system.n_shards(), EIndexOutOfRange);
    let epoch = system.epoch();
    assert!(system.live_blob(blob_id).is_some_and!(|blob| blob.since_epoch() < epoch), ENotLive);
    assert!(staking.holds(node_id, shard), ENotHolder);
    assert!(staking.has_reported(node_id), ENotReported);
    self.count_open(node_id);

    let challenge = Challenge {
        id: object::new(ctx),
        court_id: object::id(self),
        accuser: ctx.sender(),
        bond: bond.into_balance(),
        node_id,
        blob_id,
        pair: possession::pair_of_shard(blob_id, shard, system.n_shards()),
        symbol,
        epoch,
        deadline_ms: clock.timestamp_ms() + self.rules.response_window_ms(),
    };
    challenge.share()
}

/// Shows the symbol, for the accused; anyone may. The bond becomes the node's commission. An answer counts until the
/// challenge is upheld.
/// Aborts with `EOtherCourt` or as `possession::check`.
public fun answer(
    challenge: Challenge,
    court: &mut Court,
    system: &System,
    staking: &mut Staking,
    possession: Possession,
) {
    possession.check(challenge.blob_id, challenge.pair, challenge.symbol, system.n_shards());
    event::emit(ChallengeAnswered { challenge_id: object::id(&challenge), node_id: challenge.node_id });
    let node_id = challenge.node_id;
    let (_, bond) = challenge.close(court);
    staking.add_commission_to_pools(vector[node_id], vector[bond]);
}

/// Slashes a node that did not answer in time. The accuser gets its bond and the bounty, the rest is burned; anyone
/// may call it.
/// Aborts with `ETooEarly`, `EMoot` or `EOtherCourt`.
public fun uphold(
    challenge: Challenge,
    court: &mut Court,
    system: &System,
    staking: &mut Staking,
    treasury: &mut ProtectedTreasury,
    clock: &Clock,
    ctx: &mut TxContext,
) {
    assert!(clock.timestamp_ms() >= challenge.deadline_ms, ETooEarly);
    assert!(!challenge.is_moot(system), EMoot);
    let (challenge_id, node_id) = (object::id(&challenge), challenge.node_id);
    let (accuser, mut payout) = challenge.close(court);
    let mut taken = court.authority.slash(staking, node_id, court.rules.penalty_basis_points());
    let amount = taken.value();
    let bounty = ((amount as u128) * (court.rules.bounty_percent() as u128) / 100) as u64;
    event::emit(ChallengeUpheld { challenge_id, node_id, taken: amount, bounty });

    payout.join(taken.split(bounty));
    treasury.burn(coin::from_balance(taken, ctx));
    transfer::public_transfer(coin::from_balance(payout, ctx), accuser);
}

/// Ends a challenge that became moot; the accuser gets its bond back. Anyone may call it.
/// Aborts with `ENotMoot` or `EOtherCourt`.
public fun dismiss(challenge: Challenge, court: &mut Court, system: &System, ctx: &mut TxContext) {
    assert!(challenge.is_moot(system), ENotMoot);
    event::emit(ChallengeDismissed { challenge_id: object::id(&challenge), node_id: challenge.node_id });
    let (accuser, bond) = challenge.close(court);
    transfer::public_transfer(coin::from_balance(bond, ctx), accuser);
}

// === Private functions ===

fun holds(staking: &Staking, node_id: ID, shard: u16): bool {
    let committee = staking.committee().inner();
    committee.contains(&node_id) && committee[&node_id].contains(&shard)
}

fun count_open(self: &mut Court, node_id: ID) {
    let open = self.open_challenges(node_id);
    assert!(open < self.rules.max_open(), ETooManyOpen);
    if (open > 0) { self.open.remove(node_id); };
    self.open.add(node_id, open + 1);
}

fun share(challenge: Challenge): ID {
    let challenge_id = object::id(&challenge);
    let Challenge { node_id, blob_id, pair, symbol, epoch, deadline_ms, .. } = &challenge;
    event::emit(ChallengeOpened {
        challenge_id,
        node_id: *node_id,
        blob_id: *blob_id,
        pair: *pair,
        symbol: *symbol,
        epoch: *epoch,
        deadline_ms: *deadline_ms,
    });
    transfer::share_object(challenge);
    challenge_id
}

fun is_moot(challenge: &Challenge, system: &System): bool {
    system.epoch() != challenge.epoch || system.live_blob(challenge.blob_id).is_none()
}

/// Deletes the challenge and returns its accuser and bond. Aborts with `EOtherCourt`.
fun close(challenge: Challenge, court: &mut Court): (address, Balance<WAL>) {
    let Challenge { id, court_id, accuser, bond, node_id, .. } = challenge;
    assert!(court_id == object::id(court), EOtherCourt);
    id.delete();
    let open = court.open.remove(node_id);
    if (open > 1) court.open.add(node_id, open - 1);
    (accuser, bond)
}

use fun holds as Staking.holds;
