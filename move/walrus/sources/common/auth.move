/// Who may act for a storage node: an address, or whoever can show a certain object.
module walrus::auth;

// === Structs ===

/// Proof of identity made in this transaction; cannot be stored or forged.
public enum Authenticated has drop {
    Sender(address),
    Object(ID),
}

/// The identity a right is granted to.
public enum Authorized has copy, drop, store {
    Address(address),
    ObjectID(ID),
}

// === Public functions ===

/// Identity of the transaction's sender.
public fun authenticate_sender(ctx: &TxContext): Authenticated {
    Authenticated::Sender(ctx.sender())
}

/// Identity of an object the caller can borrow.
public fun authenticate_with_object<T: key>(obj: &T): Authenticated {
    Authenticated::Object(object::id(obj))
}

/// Grants a right to an address.
public fun authorized_address(addr: address): Authorized {
    Authorized::Address(addr)
}

/// Grants a right to the holder of an object.
public fun authorized_object(id: ID): Authorized {
    Authorized::ObjectID(id)
}

// === Package functions ===

/// Whether the shown identity is the one the right was granted to.
public(package) fun matches(authenticated: &Authenticated, authorized: &Authorized): bool {
    match (authenticated) {
        Authenticated::Sender(sender) => match (authorized) {
            Authorized::Address(owner) => sender == owner,
            Authorized::ObjectID(_) => false,
        },
        Authenticated::Object(shown) => match (authorized) {
            Authorized::Address(_) => false,
            Authorized::ObjectID(expected) => shown == expected,
        },
    }
}
