/// How wallets and explorers show the objects of this package.
module walrus::display;

use std::type_name::{Self, TypeName};
use sui::display::{Self, Display};
use sui::object_bag::{Self, ObjectBag};
use sui::package::Publisher;
use walrus::blob::Blob;
use walrus::staked_wal::StakedWal;
use walrus::storage_resource::Storage;

// === Structs ===

/// Shared object that keeps the displays by type, and the publisher.
public struct ObjectDisplay has key {
    id: UID,
    inner: ObjectBag,
}

/// Key of the publisher.
public struct PublisherKey() has copy, drop, store;

// === Package functions ===

/// Creates and shares the displays.
public(package) fun create(publisher: Publisher, ctx: &mut TxContext) {
    let mut inner = object_bag::new(ctx);
    inner.add_display(
        described<Blob>(&publisher, b"Walrus Blob", b"A blob of {size} bytes stored on Walrus", ctx),
    );
    inner.add_display(
        described<Storage>(
            &publisher,
            b"Walrus Storage",
            b"{storage_size} bytes from epoch {start_epoch} to {end_epoch}",
            ctx,
        ),
    );
    inner.add_display(
        described<StakedWal>(&publisher, b"Staked WAL", b"{principal} FROST staked with {node_id}", ctx),
    );
    inner.add(PublisherKey(), publisher);
    transfer::share_object(ObjectDisplay { id: object::new(ctx), inner })
}

// === Private functions ===

fun described<T: key>(
    publisher: &Publisher,
    name: vector<u8>,
    description: vector<u8>,
    ctx: &mut TxContext,
): Display<T> {
    let mut shown = display::new<T>(publisher, ctx);
    shown.add(b"name".to_string(), name.to_string());
    shown.add(b"description".to_string(), description.to_string());
    shown.add(b"project_url".to_string(), b"https://walrus.xyz".to_string());
    shown.update_version();
    shown
}

fun add_display<T: key>(bag: &mut ObjectBag, shown: Display<T>) {
    bag.add<TypeName, _>(type_name::with_defining_ids<T>(), shown)
}

use fun add_display as ObjectBag.add_display;
