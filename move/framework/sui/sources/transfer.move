/// Where objects go when a transaction is done with them.
module sui::transfer;

use sui::party::Party;

/// The object was received by another than its owner, or is of another type, or is not there.
#[allow(unused_const)]
const EReceivingObjectTypeMismatch: u64 = 2;
/// Only an object made in the same transaction may become shared.
#[allow(unused_const)]
const ESharedNonNewObject: u64 = 0;
/// The value cannot be serialized.
#[allow(unused_const)]
const EBCSSerializationFailure: u64 = 1;
/// The object cannot be received.
#[allow(unused_const)]
const EUnableToReceiveObject: u64 = 3;
/// The operation is not possible with a shared object.
#[allow(unused_const)]
const ESharedObjectOperationNotSupported: u64 = 4;
#[error(code = 7)]
const EInvalidPartyPermissions: vector<u8> = b"only a party with a single owner can receive an object";

/// The right to take an object of type `T` that was sent to another object's address.
/// Given to a transaction as an argument.
public struct Receiving<phantom T: key> has drop {
    id: ID,
    version: u64,
}

/// Gives the object to `recipient`. Only for the module that defines `T`.
public fun transfer<T: key>(obj: T, recipient: address) { transfer_impl(obj, recipient) }

/// Gives the object to `recipient`.
public fun public_transfer<T: key + store>(obj: T, recipient: address) { transfer_impl(obj, recipient) }

/// Gives the object to a party. Only for the module that defines `T`.
/// Aborts with `EInvalidPartyPermissions` unless the party is a single owner.
public fun party_transfer<T: key>(obj: T, party: Party) {
    assert!(party.is_single_owner(), EInvalidPartyPermissions);
    let (default, addresses, permissions) = party.into_native();
    party_transfer_impl(obj, default, addresses, permissions)
}

/// Gives the object to a party. Aborts with `EInvalidPartyPermissions` unless the party is a single owner.
public fun public_party_transfer<T: key + store>(obj: T, party: Party) {
    assert!(party.is_single_owner(), EInvalidPartyPermissions);
    let (default, addresses, permissions) = party.into_native();
    party_transfer_impl(obj, default, addresses, permissions)
}

/// Makes the object immutable for ever. Only for the module that defines `T`.
public fun freeze_object<T: key>(obj: T) { freeze_object_impl(obj) }

/// Makes the object immutable for ever.
public fun public_freeze_object<T: key + store>(obj: T) { freeze_object_impl(obj) }

/// Lets everyone use the object. Only for the module that defines `T`, and in the transaction that made the object.
public fun share_object<T: key>(obj: T) { share_object_impl(obj) }

/// Lets everyone use the object. Only in the transaction that made the object.
public fun public_share_object<T: key + store>(obj: T) { share_object_impl(obj) }

/// Takes an object that was sent to the address of `parent`. Only for the module that defines `T`.
public fun receive<T: key>(parent: &mut UID, to_receive: Receiving<T>): T {
    let Receiving { id, version } = to_receive;
    receive_impl(parent.to_address(), id, version)
}

/// Takes an object that was sent to the address of `parent`.
public fun public_receive<T: key + store>(parent: &mut UID, to_receive: Receiving<T>): T {
    let Receiving { id, version } = to_receive;
    receive_impl(parent.to_address(), id, version)
}

public fun receiving_object_id<T: key>(receiving: &Receiving<T>): ID { receiving.id }

public(package) native fun freeze_object_impl<T: key>(obj: T);

public(package) native fun share_object_impl<T: key>(obj: T);

public(package) native fun party_transfer_impl<T: key>(
    obj: T,
    default_permissions: u64,
    addresses: vector<address>,
    permissions: vector<u64>,
);

public(package) native fun transfer_impl<T: key>(obj: T, recipient: address);

native fun receive_impl<T: key>(parent: address, to_receive: ID, version: u64): T;

// === For tests ===

#[test_only]
public(package) fun make_receiver<T: key>(id: ID, version: u64): Receiving<T> { Receiving { id, version } }

#[test_only]
public(package) fun receiving_id<T: key>(r: &Receiving<T>): ID { r.id }
