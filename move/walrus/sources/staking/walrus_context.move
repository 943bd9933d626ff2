/// What a staking pool needs to know of the network when stake moves.
module walrus::walrus_context;

// === Structs ===

/// Seen from one pool: the current epoch, whether the next committee is fixed, and which committees the node is in.
public struct WalrusContext has copy, drop {
    epoch: u32,
    committee_selected: bool,
    in_current_committee: bool,
    in_next_committee: bool,
}

// === Package functions ===

public(package) fun new(
    epoch: u32,
    committee_selected: bool,
    in_current_committee: bool,
    in_next_committee: bool,
): WalrusContext {
    WalrusContext { epoch, committee_selected, in_current_committee, in_next_committee }
}

public(package) fun epoch(self: &WalrusContext): u32 { self.epoch }

public(package) fun committee_selected(self: &WalrusContext): bool { self.committee_selected }

public(package) fun in_current_committee(self: &WalrusContext): bool { self.in_current_committee }

public(package) fun in_next_committee(self: &WalrusContext): bool { self.in_next_committee }

/// First epoch whose committee has not been fixed yet: when new stake becomes active.
public(package) fun next_open_epoch(self: &WalrusContext): u32 {
    if (self.committee_selected) self.epoch + 2 else self.epoch + 1
}
