/// Fields added to an object at run time. A field's value lives inside the field and cannot be found by its own id.
module sui::dynamic_field;

/// The object has a field of this name already.
const EFieldAlreadyExists: u64 = 0;
/// The object has no field of this name.
#[allow(unused_const)]
const EFieldDoesNotExist: u64 = 1;
/// The field's value is of another type.
#[allow(unused_const)]
const EFieldTypeMismatch: u64 = 2;
/// The name cannot be serialized.
#[allow(unused_const)]
const EBCSSerializationFailure: u64 = 3;
/// The field belongs to a shared object in a way that is not supported.
#[allow(unused_const)]
const ESharedObjectOperationNotSupported: u64 = 4;

/// The object that holds one field; its id is a hash of the parent, the name and the name's type.
public struct Field<Name: copy + drop + store, Value: store> has key {
    id: UID,
    name: Name,
    value: Value,
}

/// Aborts with `EFieldAlreadyExists`.
public fun add<Name: copy + drop + store, Value: store>(object: &mut UID, name: Name, value: Value) {
    let object_addr = object.to_address();
    let hash = hash_type_and_key(object_addr, name);
    assert!(!has_child_object(object_addr, hash), EFieldAlreadyExists);
    add_child_object(object_addr, Field { id: object::new_uid_from_hash(hash), name, value })
}

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow<Name: copy + drop + store, Value: store>(object: &UID, name: Name): &Value {
    let hash = hash_type_and_key(object.to_address(), name);
    &borrow_child_object<Field<Name, Value>>(object, hash).value
}

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow_mut<Name: copy + drop + store, Value: store>(object: &mut UID, name: Name): &mut Value {
    let hash = hash_type_and_key(object.to_address(), name);
    &mut borrow_child_object_mut<Field<Name, Value>>(object, hash).value
}

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun remove<Name: copy + drop + store, Value: store>(object: &mut UID, name: Name): Value {
    let object_addr = object.to_address();
    let hash = hash_type_and_key(object_addr, name);
    let Field { id, name: _, value } = remove_child_object<Field<Name, Value>>(object_addr, hash);
    id.delete();
    value
}

/// Whether the object has a field of this name, of whatever type.
public fun exists_<Name: copy + drop + store>(object: &UID, name: Name): bool {
    let object_addr = object.to_address();
    has_child_object(object_addr, hash_type_and_key(object_addr, name))
}

/// Removes the field if it is there. Aborts with `EFieldTypeMismatch` when its value is of another type.
public fun remove_if_exists<Name: copy + drop + store, Value: store>(object: &mut UID, name: Name): Option<Value> {
    if (exists_(object, name)) option::some(remove(object, name)) else option::none()
}

/// Whether the object has a field of this name and this type.
public fun exists_with_type<Name: copy + drop + store, Value: store>(object: &UID, name: Name): bool {
    let object_addr = object.to_address();
    has_child_object_with_ty<Field<Name, Value>>(object_addr, hash_type_and_key(object_addr, name))
}

/// The id of the field that holds `name`, and the id which is its value, for dynamic object fields.
public(package) fun field_info<Name: copy + drop + store>(object: &UID, name: Name): (&UID, address) {
    let hash = hash_type_and_key(object.to_address(), name);
    let Field { id, name: _, value } = borrow_child_object<Field<Name, ID>>(object, hash);
    (id, value.to_address())
}

public(package) fun field_info_mut<Name: copy + drop + store>(object: &mut UID, name: Name): (&mut UID, address) {
    let hash = hash_type_and_key(object.to_address(), name);
    let Field { id, name: _, value } = borrow_child_object_mut<Field<Name, ID>>(object, hash);
    (id, value.to_address())
}

public(package) native fun hash_type_and_key<K: copy + drop + store>(parent: address, k: K): address;

public(package) native fun add_child_object<Child: key>(parent: address, child: Child);

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public(package) native fun borrow_child_object<Child: key>(object: &UID, id: address): &Child;

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public(package) native fun borrow_child_object_mut<Child: key>(object: &mut UID, id: address): &mut Child;

/// Aborts with `EFieldDoesNotExist` or `EFieldTypeMismatch`.
public(package) native fun remove_child_object<Child: key>(parent: address, id: address): Child;

public(package) native fun has_child_object(parent: address, id: address): bool;

public(package) native fun has_child_object_with_ty<Child: key>(parent: address, id: address): bool;
