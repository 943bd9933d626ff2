/// Taking an object out of its owner with the duty to put the same one back.
module sui::borrow;

/// The borrowed object belongs elsewhere.
const EWrongBorrow: u64 = 0;
/// Not the object that was borrowed.
const EWrongValue: u64 = 1;

/// Holds the object, or its place while it is borrowed.
public struct Referent<T: key + store> has store {
    id: address,
    value: Option<T>,
}

/// The duty to put the object back.
public struct Borrow {
    ref: address,
    obj: ID,
}

public fun new<T: key + store>(value: T, ctx: &mut TxContext): Referent<T> {
    Referent { id: ctx.fresh_object_address(), value: option::some(value) }
}

public fun borrow<T: key + store>(self: &mut Referent<T>): (T, Borrow) {
    let value = self.value.extract();
    let id = object::id(&value);
    (value, Borrow { ref: self.id, obj: id })
}

/// Aborts with `EWrongValue` or `EWrongBorrow`.
public fun put_back<T: key + store>(self: &mut Referent<T>, value: T, borrow: Borrow) {
    let Borrow { ref, obj } = borrow;
    assert!(object::id(&value) == obj, EWrongValue);
    assert!(self.id == ref, EWrongBorrow);
    self.value.fill(value)
}

/// Ends the holder and returns the object.
public fun destroy<T: key + store>(self: Referent<T>): T {
    let Referent { id: _, value } = self;
    value.destroy_some()
}
