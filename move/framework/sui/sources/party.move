/// Who may do what with an object: default permissions, and those of single addresses.
module sui::party;

use sui::vec_map::{Self, VecMap};

const READ: u64 = 0x1;
const WRITE: u64 = 0x2;
const DELETE: u64 = 0x4;
const TRANSFER: u64 = 0x8;
const NO_PERMISSIONS: u64 = 0;
const ALL_PERMISSIONS: u64 = READ | WRITE | DELETE | TRANSFER;

/// Permissions of everybody, and of the members named.
public struct Party has copy, drop {
    default: Permissions,
    members: VecMap<address, Permissions>,
}

/// A set of permission bits.
public struct Permissions(u64) has copy, drop;

/// One owner with all permissions.
public fun single_owner(owner: address): Party {
    let mut members = vec_map::empty();
    members.insert(owner, Permissions(ALL_PERMISSIONS));
    Party { default: Permissions(NO_PERMISSIONS), members }
}

public(package) fun is_single_owner(p: &Party): bool {
    p.default.0 == NO_PERMISSIONS && p.members.length() == 1 && {
        let (_, permissions) = p.members.get_entry_by_idx(0);
        permissions.0 == ALL_PERMISSIONS
    }
}

public(package) fun into_native(p: Party): (u64, vector<address>, vector<u64>) {
    let Party { default, members } = p;
    let (addresses, permissions) = members.into_keys_values();
    (default.0, addresses, permissions.map!(|Permissions(bits)| bits))
}
