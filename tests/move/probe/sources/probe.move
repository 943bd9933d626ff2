/// Small programs over framework structures: each byte pair of `program` is an operation and its argument, and the
/// result is what the operations said. Run on the real framework and on ours, results and aborts must be the same.
/// Fields are not asked whether their values have another type: the children of the official VM as a Python package
/// do not look at types, unlike those of a network and of the official test runner.
module probe::probe;

use std::ascii;
use std::string;
use sui::bag;
use sui::balance::{Self, Balance};
use sui::bcs;
use sui::coin;
use sui::dynamic_field as field;
use sui::dynamic_object_field as object_field;
use sui::linked_table;
use sui::object_bag;
use sui::object_table;
use sui::priority_queue;
use sui::sui::SUI;
use sui::table;
use sui::table_vec;
use sui::vec_map;
use sui::vec_set;
use sui::versioned;

public struct Thing has key, store { id: UID, value: u64 }

fun thing(value: u64, ctx: &mut TxContext): Thing { Thing { id: object::new(ctx), value } }

fun end(thing: Thing): u64 {
    let Thing { id, value } = thing;
    id.delete();
    value
}

macro fun run($program: vector<u8>, $step: |u8, u8|) {
    let program = $program;
    let mut i = 0;
    while (i + 1 < program.length()) {
        $step(program[i], program[i + 1]);
        i = i + 2;
    }
}

fun flag(value: bool): u64 { if (value) 1 else 0 }

public fun tables(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut table = table::new<u8, u64>(ctx);
    run!(program, |op, key| match (op % 8) {
        0 => if (!table.contains(key)) table.add(key, (key as u64) * 3),
        1 => if (table.contains(key)) log.push_back(table.remove(key)),
        2 => log.push_back(flag(table.contains(key))),
        3 => if (table.contains(key)) *(&mut table[key]) = table[key] + 1,
        4 => log.push_back(table.length()),
        5 => if (op > 245) log.push_back(table[key]),
        6 => if (op > 245) table.add(key, 1),
        _ => if (op > 245) log.push_back(table.remove(key)),
    });
    table.drop();
    log
}

public fun bags(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut bag = bag::new(ctx);
    run!(program, |op, key| match (op % 7) {
        0 => if (!bag.contains(key)) bag.add(key, key as u64),
        1 => if (!bag.contains(key as u16)) bag.add(key as u16, vector[key]),
        2 => log.push_back(flag(bag.contains_with_type<u8, u64>(key))),
        3 => log.push_back(flag(bag.contains(key as u16))),
        4 => if (bag.contains(key as u16)) log.push_back(bag.remove<u16, vector<u8>>(key as u16)[0] as u64),
        5 => log.push_back(bag.length()),
        _ => if (op > 240) log.push_back(bag.remove<u16, u64>(key as u16)),
    });
    if (bag.is_empty()) bag.destroy_empty() else transfer::public_transfer(bag, @0x1);
    log
}

public fun objects(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut table = object_table::new<u8, Thing>(ctx);
    let mut bag = object_bag::new(ctx);
    run!(program, |op, key| match (op % 8) {
        0 => if (!table.contains(key)) table.add(key, thing(op as u64, ctx)),
        1 => if (table.contains(key)) log.push_back(table.remove(key).end()),
        2 => log.push_back(flag(table.value_id(key).is_some())),
        3 => if (table.contains(key)) (&mut table[key]).value = table[key].value + 7,
        4 => if (!bag.contains(key)) bag.add(key, thing(key as u64, ctx)),
        5 => log.push_back(flag(bag.contains_with_type<u8, Thing>(key))),
        6 => if (bag.contains(key)) log.push_back(bag.remove<u8, Thing>(key).end()),
        _ => if (op > 240) table.add(key, thing(0, ctx)),
    });
    log.push_back(table.length());
    log.push_back(bag.length());
    transfer::public_transfer(table, @0x1);
    transfer::public_transfer(bag, @0x1);
    log
}

public fun fields(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut parent = object::new(ctx);
    run!(program, |op, key| match (op % 9) {
        0 => if (!field::exists_(&parent, key)) field::add(&mut parent, key, op as u64),
        1 => if (!object_field::exists_(&parent, key)) object_field::add(&mut parent, key, thing(op as u64, ctx)),
        2 => log.push_back(flag(field::exists_with_type<u8, u64>(&parent, key))),
        3 => log.push_back(flag(field::exists_(&parent, key as u16))),
        4 => log.push_back(field::remove_if_exists<u8, u64>(&mut parent, key).destroy_or!(99)),
        5 => log.push_back(flag(object_field::exists_with_type<u8, Thing>(&parent, key))),
        6 => if (object_field::exists_(&parent, key)) {
            log.push_back(object_field::remove<u8, Thing>(&mut parent, key).end())
        },
        7 => if (op > 240) log.push_back(field::remove<u8, u16>(&mut parent, key) as u64),
        _ => if (op > 240) log.push_back(*field::borrow<u8, u64>(&parent, key)),
    });
    parent.delete();
    log
}

public fun linked_tables(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut table = linked_table::new<u8, u64>(ctx);
    run!(program, |op, key| match (op % 10) {
        0 => if (!table.contains(key)) table.push_back(key, op as u64),
        1 => if (!table.contains(key)) table.push_front(key, op as u64),
        2 => if (table.contains(key)) log.push_back(table.remove(key)),
        3 => if (!table.is_empty()) {
            let (k, v) = table.pop_front();
            log.push_back((k as u64) * 1000 + v)
        },
        4 => if (!table.is_empty()) {
            let (k, v) = table.pop_back();
            log.push_back((k as u64) * 1000 + v)
        },
        5 => log.push_back(table.front().map_ref!(|k| *k as u64).destroy_or!(999)),
        6 => if (table.contains(key)) log.push_back(table.next(key).map_ref!(|k| *k as u64).destroy_or!(999)),
        7 => if (table.contains(key)) log.push_back(table.prev(key).map_ref!(|k| *k as u64).destroy_or!(999)),
        8 => log.push_back(table.length()),
        _ => if (op > 180) {
            let (k, _) = table.pop_back();
            log.push_back(k as u64)
        },
    });
    table.drop();
    log
}

public fun table_vecs(program: vector<u8>, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut v = table_vec::empty<u64>(ctx);
    run!(program, |op, key| match (op % 6) {
        0 | 1 => v.push_back(key as u64),
        2 => if (op > 30 && !v.is_empty() || op > 250) log.push_back(v.pop_back()),
        3 => if (v.length() > key as u64) log.push_back(v.swap_remove(key as u64)),
        4 => if (op > 200) v.swap(key as u64, 0),
        _ => if (v.length() > (key as u64) % 4) log.push_back(v[(key as u64) % 4]),
    });
    v.drop();
    log
}

public fun maps(program: vector<u8>): vector<u64> {
    let mut log = vector[];
    let mut map = vec_map::empty<u8, u64>();
    let mut set = vec_set::empty<u8>();
    run!(program, |op, key| match (op % 10) {
        0 => if (!map.contains(&key) || op > 245) map.insert(key, op as u64),
        1 => if (map.contains(&key) || op > 245) {
            let (_, v) = map.remove(&key);
            log.push_back(v)
        },
        2 => log.push_back(map.get_idx_opt(&key).destroy_or!(77)),
        3 => if (map.contains(&key)) *(&mut map[&key]) = 5,
        4 => if (!map.is_empty() || op > 245) {
            let (k, v) = map.pop();
            log.push_back((k as u64) * 1000 + v)
        },
        5 => if (map.length() > (key as u64) % 5 || op > 245) {
            let (k, v) = map.get_entry_by_idx((key as u64) % 5);
            log.push_back((*k as u64) * 1000 + *v)
        },
        6 => log.push_back(map.try_get(&key).destroy_or!(66)),
        7 => if (!set.contains(&key) || op > 245) set.insert(key),
        8 => if (set.contains(&key) || op > 245) set.remove(&key),
        _ => log.append(set.keys().map_ref!(|k| *k as u64)),
    });
    let (keys, values) = map.into_keys_values();
    log.append(keys.map!(|k| k as u64));
    log.append(values);
    log.append(set.into_keys().map!(|k| k as u64));
    log
}

public fun queues(program: vector<u8>): vector<u64> {
    let mut log = vector[];
    // Priorities are made different from each other, as the order of equals is not specified.
    let mut next = 0;
    let mut queue = priority_queue::new<u64>(vector[]);
    let mut size = 0;
    run!(program, |op, key| {
        if (op % 3 < 2) {
            next = next + 1;
            queue.insert((key as u64) * 1000 + next, next);
            size = size + 1;
        } else if (size > 0 || op > 250) {
            let (priority, value) = queue.pop_max();
            log.push_back(priority);
            log.push_back(value);
            size = size - 1;
        }
    });
    while (size > 0) {
        let (priority, _) = queue.pop_max();
        log.push_back(priority);
        size = size - 1;
    };
    log
}

public fun coins(program: vector<u8>, start: u64, ctx: &mut TxContext): vector<u64> {
    let mut log = vector[];
    let mut purse: Balance<SUI> = balance::zero();
    let mut supply = balance::create_supply(Gold());
    let mut gold: Balance<Gold> = supply.increase_supply(start);
    run!(program, |op, key| match (op % 7) {
        0 => { log.push_back(gold.join(supply.increase_supply(key as u64))); },
        1 => if (gold.value() >= key as u64 || op > 240) {
            let part = gold.split(key as u64);
            log.push_back(supply.decrease_supply(part))
        },
        2 => {
            let mut coin = coin::from_balance(gold.withdraw_all(), ctx);
            if (coin.value() >= (key as u64) + 1 || op > 240) {
                let parts = coin.divide_into_n((key as u64) % 6 + 1 - flag(op > 250), ctx);
                log.push_back(parts.length());
                parts.do!(|part| {
                    log.push_back(part.value());
                    coin.join(part)
                });
            };
            gold.join(coin.into_balance());
        },
        3 => {
            let coin = coin::zero<Gold>(ctx);
            log.push_back(coin.value());
            coin.destroy_zero()
        },
        4 => log.push_back(supply.supply_value()),
        5 => if (op > 250) { gold.join(supply.increase_supply(std::u64::max_value!() - (key as u64))); },
        _ => if (op > 240) {
            let coin = coin::take(&mut gold, key as u64, ctx);
            coin.destroy_zero()
        },
    });
    purse.join(balance::zero());
    purse.destroy_zero();
    transfer::public_transfer(coin::from_balance(gold, ctx), @0x1);
    transfer::public_transfer(Holder { id: object::new(ctx), supply }, @0x1);
    log
}

public struct Gold() has drop;

public struct Holder has key, store { id: UID, supply: balance::Supply<Gold> }

public fun readers(bytes: vector<u8>, program: vector<u8>): vector<vector<u8>> {
    let mut log = vector[];
    let mut reader = bcs::new(bytes);
    program.do!(|op| match (op % 12) {
        0 => log.push_back(bcs::to_bytes(&reader.peel_u8())),
        1 => log.push_back(bcs::to_bytes(&reader.peel_u16())),
        2 => log.push_back(bcs::to_bytes(&reader.peel_u32())),
        3 => log.push_back(bcs::to_bytes(&reader.peel_u64())),
        4 => log.push_back(bcs::to_bytes(&reader.peel_u128())),
        5 => log.push_back(bcs::to_bytes(&reader.peel_u256())),
        6 => log.push_back(bcs::to_bytes(&reader.peel_bool())),
        7 => log.push_back(bcs::to_bytes(&reader.peel_vec_u8())),
        8 => log.push_back(bcs::to_bytes(&reader.peel_option_u16())),
        9 => log.push_back(bcs::to_bytes(&reader.peel_vec_length())),
        10 => log.push_back(bcs::to_bytes(&reader.peel_enum_tag())),
        _ => log.push_back(bcs::to_bytes(&reader.peel_address())),
    });
    log.push_back(reader.into_remainder_bytes());
    log
}

public fun texts(bytes: vector<u8>, i: u64, j: u64): vector<vector<u8>> {
    let mut log = vector[];
    string::try_utf8(bytes).do!(|mut text| {
        if (i % 3 == 0) text.insert(j, b"<>".to_string());
        log.push_back(text.substring(i, j).into_bytes());
        log.push_back(bcs::to_bytes(&text.index_of(&b"a".to_string())));
    });
    ascii::try_string(bytes).do!(|text| {
        log.push_back(text.to_uppercase().into_bytes());
        log.push_back(text.to_lowercase().into_bytes());
        log.push_back(text.substring(i, j).into_bytes());
        log.push_back(bcs::to_bytes(&text.index_of(&b"ab".to_ascii_string())));
        log.push_back(bcs::to_bytes(&text.all_characters_printable()));
    });
    log
}

public fun vectors(mut v: vector<u8>, i: u64, j: u64): vector<vector<u8>> {
    let mut log = vector[];
    log.push_back(v.take(v.length().min(i)));
    log.push_back(v.skip(j));
    log.push_back(vector[v, v].flatten());
    let (found, at) = v.index_of(&(i as u8));
    log.push_back(bcs::to_bytes(&found));
    log.push_back(bcs::to_bytes(&at));
    if (i % 4 == 0) v.swap(i, j);
    if (i % 4 == 1) v.insert(7, i);
    if (i % 4 == 2) { v.remove(i); };
    if (i % 4 == 3) { v.swap_remove(j); };
    v.reverse();
    log.push_back(v);
    log
}

public fun versions(start: u64, next: u64, ctx: &mut TxContext): vector<u64> {
    let mut value = versioned::create(start, 7u64, ctx);
    let (old, cap) = value.remove_value_for_upgrade<u64>();
    value.upgrade(next, old as u8, cap);
    let version = value.version();
    vector[version, value.destroy<u8>() as u64]
}

public fun names<T>(): vector<vector<u8>> {
    let name = std::type_name::with_original_ids<T>();
    let mut log = vector[name.into_string().into_bytes(), bcs::to_bytes(&name.is_primitive())];
    if (!name.is_primitive()) {
        log.push_back(name.address_string().into_bytes());
        log.push_back(name.module_string().into_bytes());
    };
    log
}
