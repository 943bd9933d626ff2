/// Settings that change at the end of an epoch, so that a whole epoch sees one value.
#[allow(unused_mut_parameter)]
module sui::config;

use sui::dynamic_field as field;

/// The setting was changed in this epoch already.
const EAlreadySetForEpoch: u64 = 0;
/// The setting was not changed in this epoch.
const ENotSetForEpoch: u64 = 1;
/// The setting does not fit the type it is read as.
#[allow(unused_const)]
const EBCSSerializationFailure: u64 = 2;

/// Whoever has a `WriteCap` may change it; settings are dynamic fields by name.
public struct Config<phantom WriteCap> has key { id: UID }

public struct Setting<Value: copy + drop + store> has drop, store { data: Option<SettingData<Value>> }

/// The newer value holds in the epochs after `newer_value_epoch`, the older one up to it.
public struct SettingData<Value: copy + drop + store> has drop, store {
    newer_value_epoch: u64,
    newer_value: Option<Value>,
    older_value_opt: Option<Value>,
}

public(package) fun new<WriteCap>(_cap: &mut WriteCap, ctx: &mut TxContext): Config<WriteCap> {
    Config { id: object::new(ctx) }
}

public(package) fun share<WriteCap>(config: Config<WriteCap>) { transfer::share_object(config) }

public(package) fun transfer<WriteCap>(config: Config<WriteCap>, owner: address) { transfer::transfer(config, owner) }

/// Sets the value that holds from the next epoch on; returns the value which no epoch can see any more.
/// Aborts with `EAlreadySetForEpoch`.
public(package) fun add_for_next_epoch<WriteCap, Name: copy + drop + store, Value: copy + drop + store>(
    config: &mut Config<WriteCap>,
    _cap: &mut WriteCap,
    name: Name,
    value: Value,
    ctx: &mut TxContext,
): Option<Value> {
    let epoch = ctx.epoch();
    if (!field::exists_(&config.id, name)) {
        let data = SettingData {
            newer_value_epoch: epoch,
            newer_value: option::some(value),
            older_value_opt: option::none(),
        };
        field::add(&mut config.id, name, Setting { data: option::some(data) });
        return option::none()
    };
    let setting: &mut Setting<Value> = field::borrow_mut(&mut config.id, name);
    let SettingData { newer_value_epoch, newer_value, older_value_opt } = setting.data.extract();
    let (older_value_opt, removed) = if (epoch > newer_value_epoch) {
        (newer_value, older_value_opt)
    } else {
        assert!(epoch == newer_value_epoch);
        assert!(newer_value.is_none(), EAlreadySetForEpoch);
        (older_value_opt, option::none())
    };
    setting.data.fill(SettingData { newer_value_epoch: epoch, newer_value: option::some(value), older_value_opt });
    removed
}

/// Takes the value away from the next epoch on; returns the value which no epoch can see any more.
public(package) fun remove_for_next_epoch<WriteCap, Name: copy + drop + store, Value: copy + drop + store>(
    config: &mut Config<WriteCap>,
    _cap: &mut WriteCap,
    name: Name,
    ctx: &mut TxContext,
): Option<Value> {
    let epoch = ctx.epoch();
    if (!field::exists_(&config.id, name)) return option::none();
    let setting: &mut Setting<Value> = field::borrow_mut(&mut config.id, name);
    let SettingData { newer_value_epoch, newer_value, older_value_opt } = setting.data.extract();
    let (older_value_opt, removed) = if (epoch > newer_value_epoch) {
        (newer_value, option::none())
    } else {
        assert!(epoch == newer_value_epoch);
        (older_value_opt, newer_value)
    };
    let is_gone = older_value_opt.is_none();
    setting.data.fill(SettingData { newer_value_epoch: epoch, newer_value: option::none(), older_value_opt });
    if (is_gone) { field::remove<_, Setting<Value>>(&mut config.id, name); };
    removed
}

public(package) fun exists_with_type<WriteCap, Name: copy + drop + store, Value: copy + drop + store>(
    config: &Config<WriteCap>,
    name: Name,
): bool {
    field::exists_with_type<_, Setting<Value>>(&config.id, name)
}

/// Whether a value was set in this epoch.
public(package) fun exists_with_type_for_next_epoch<
    WriteCap,
    Name: copy + drop + store,
    Value: copy + drop + store,
>(
    config: &Config<WriteCap>,
    name: Name,
    ctx: &TxContext,
): bool {
    field::exists_with_type<_, Setting<Value>>(&config.id, name) && {
        let setting: &Setting<Value> = field::borrow(&config.id, name);
        let data = setting.data.borrow();
        ctx.epoch() == data.newer_value_epoch && data.newer_value.is_some()
    }
}

/// The value set in this epoch. Aborts with `ENotSetForEpoch`.
public(package) fun borrow_for_next_epoch_mut<WriteCap, Name: copy + drop + store, Value: copy + drop + store>(
    config: &mut Config<WriteCap>,
    _cap: &mut WriteCap,
    name: Name,
    ctx: &mut TxContext,
): &mut Value {
    let setting: &mut Setting<Value> = field::borrow_mut(&mut config.id, name);
    let data = setting.data.borrow_mut();
    assert!(data.newer_value_epoch == ctx.epoch(), ENotSetForEpoch);
    assert!(data.newer_value.is_some(), ENotSetForEpoch);
    data.newer_value.borrow_mut()
}

/// The value the next epoch will see.
public(package) fun read_setting_for_next_epoch<WriteCap, Name: copy + drop + store, Value: copy + drop + store>(
    config: &Config<WriteCap>,
    name: Name,
): Option<Value> {
    if (!field::exists_with_type<_, Setting<Value>>(&config.id, name)) return option::none();
    let setting: &Setting<Value> = field::borrow(&config.id, name);
    setting.data.borrow().newer_value
}

/// The value of the current epoch, without the configuration being an input of the transaction.
public(package) fun read_setting<Name: copy + drop + store, Value: copy + drop + store>(
    config: ID,
    name: Name,
    ctx: &TxContext,
): Option<Value> {
    let config_address = config.to_address();
    let setting_address = field::hash_type_and_key(config_address, name);
    read_setting_impl<field::Field<Name, Setting<Value>>, Setting<Value>, SettingData<Value>, Value>(
        config_address,
        setting_address,
        ctx.epoch(),
    )
}

native fun read_setting_impl<
    FieldSettingValue: key,
    SettingValue: store,
    SettingDataValue: store,
    Value: copy + drop + store,
>(
    config: address,
    name: address,
    current_epoch: u64,
): Option<Value>;

// === Macros ===

/// The value set in this epoch; sets it to `initial_for_next_epoch` first when there is none.
public(package) macro fun entry<$WriteCap, $Name: copy + drop + store, $Value: copy + drop + store>(
    $config: &mut Config<$WriteCap>,
    $cap: &mut $WriteCap,
    $name: $Name,
    $initial_for_next_epoch: |&mut Config<$WriteCap>, &mut $WriteCap, &mut TxContext| -> $Value,
    $ctx: &mut TxContext,
): &mut $Value {
    let config = $config;
    let cap = $cap;
    let name = $name;
    let ctx = $ctx;
    if (!config.exists_with_type_for_next_epoch<_, _, $Value>(name, ctx)) {
        let initial = $initial_for_next_epoch(config, cap, ctx);
        config.add_for_next_epoch(cap, name, initial, ctx);
    };
    config.borrow_for_next_epoch_mut(cap, name, ctx)
}
