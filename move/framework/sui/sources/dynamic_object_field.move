/// Fields added to an object at run time whose values are objects that keep their own ids and can be found by them.
///
/// Kept as a dynamic field `Wrapper { name } -> ID`, whose own child is the object.
module sui::dynamic_object_field;

use sui::dynamic_field as field;

/// Tells the names of object fields from those of ordinary fields.
public struct Wrapper<Name> has copy, drop, store { name: Name }

/// Aborts with `dynamic_field::EFieldAlreadyExists`.
public fun add<Name: copy + drop + store, Value: key + store>(object: &mut UID, name: Name, value: Value) {
    add_impl!(object, name, value)
}

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow<Name: copy + drop + store, Value: key + store>(object: &UID, name: Name): &Value {
    borrow_impl!(object, name)
}

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun borrow_mut<Name: copy + drop + store, Value: key + store>(object: &mut UID, name: Name): &mut Value {
    borrow_mut_impl!(object, name)
}

/// Aborts with `dynamic_field::EFieldDoesNotExist` or `EFieldTypeMismatch`.
public fun remove<Name: copy + drop + store, Value: key + store>(object: &mut UID, name: Name): Value {
    remove_impl!(object, name)
}

/// Whether the object has a field of this name, of whatever type.
public fun exists_<Name: copy + drop + store>(object: &UID, name: Name): bool {
    field::exists_with_type<Wrapper<Name>, ID>(object, Wrapper { name })
}

/// Whether the object has a field of this name and this type.
public fun exists_with_type<Name: copy + drop + store, Value: key + store>(object: &UID, name: Name): bool {
    exists_with_type_impl!<_, Value>(object, name)
}

/// The id of the object in the field.
public fun id<Name: copy + drop + store>(object: &UID, name: Name): Option<ID> {
    let key = Wrapper { name };
    if (!field::exists_with_type<Wrapper<Name>, ID>(object, key)) return option::none();
    let (_, value_addr) = field::field_info<Wrapper<Name>>(object, key);
    option::some(object::id_from_address(value_addr))
}

// === For system objects, which have no `store` ===

public(package) fun internal_add<Name: copy + drop + store, Value: key>(object: &mut UID, name: Name, value: Value) {
    add_impl!(object, name, value)
}

public(package) fun internal_borrow<Name: copy + drop + store, Value: key>(object: &UID, name: Name): &Value {
    borrow_impl!(object, name)
}

public(package) fun internal_borrow_mut<Name: copy + drop + store, Value: key>(
    object: &mut UID,
    name: Name,
): &mut Value {
    borrow_mut_impl!(object, name)
}

public(package) fun internal_remove<Name: copy + drop + store, Value: key>(object: &mut UID, name: Name): Value {
    remove_impl!(object, name)
}

public(package) fun internal_exists_with_type<Name: copy + drop + store, Value: key>(object: &UID, name: Name): bool {
    exists_with_type_impl!<_, Value>(object, name)
}

macro fun add_impl<$Name: copy + drop + store, $Value: key>($object: &mut UID, $name: $Name, $value: $Value) {
    let object = $object;
    let value = $value;
    let key = Wrapper { name: $name };
    field::add(object, key, object::id(&value));
    let (field, _) = field::field_info<Wrapper<$Name>>(object, key);
    field::add_child_object(field.to_address(), value);
}

macro fun borrow_impl<$Name: copy + drop + store, $Value: key>($object: &UID, $name: $Name): &$Value {
    let (field, value_id) = field::field_info<Wrapper<$Name>>($object, Wrapper { name: $name });
    field::borrow_child_object<$Value>(field, value_id)
}

macro fun borrow_mut_impl<$Name: copy + drop + store, $Value: key>($object: &mut UID, $name: $Name): &mut $Value {
    let (field, value_id) = field::field_info_mut<Wrapper<$Name>>($object, Wrapper { name: $name });
    field::borrow_child_object_mut<$Value>(field, value_id)
}

macro fun remove_impl<$Name: copy + drop + store, $Value: key>($object: &mut UID, $name: $Name): $Value {
    let object = $object;
    let key = Wrapper { name: $name };
    let (field, value_id) = field::field_info<Wrapper<$Name>>(object, key);
    let value = field::remove_child_object<$Value>(field.to_address(), value_id);
    field::remove<Wrapper<$Name>, ID>(object, key);
    value
}

macro fun exists_with_type_impl<$Name: copy + drop + store, $Value: key>($object: &UID, $name: $Name): bool {
    let object = $object;
    let key = Wrapper { name: $name };
    field::exists_with_type<Wrapper<$Name>, ID>(object, key) && {
        let (field, value_id) = field::field_info<Wrapper<$Name>>(object, key);
        field::has_child_object_with_ty<$Value>(field.to_address(), value_id)
    }
}
