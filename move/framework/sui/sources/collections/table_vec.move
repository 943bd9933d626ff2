/// A vector whose elements are dynamic fields: it may grow without limit.
module sui::table_vec;

use sui::table::{Self, Table};

/// A position outside the vector.
const EIndexOutOfBound: u64 = 0;
/// A vector with elements cannot be destroyed.
const ETableNonEmpty: u64 = 1;

public struct TableVec<phantom Element: store> has store { contents: Table<u64, Element> }

public fun empty<Element: store>(ctx: &mut TxContext): TableVec<Element> { TableVec { contents: table::new(ctx) } }

public fun singleton<Element: store>(e: Element, ctx: &mut TxContext): TableVec<Element> {
    let mut t = empty(ctx);
    t.push_back(e);
    t
}

public fun length<Element: store>(t: &TableVec<Element>): u64 { t.contents.length() }

public fun is_empty<Element: store>(t: &TableVec<Element>): bool { t.length() == 0 }

/// Aborts with `EIndexOutOfBound`.
#[syntax(index)]
public fun borrow<Element: store>(t: &TableVec<Element>, i: u64): &Element {
    assert!(t.length() > i, EIndexOutOfBound);
    &t.contents[i]
}

public fun push_back<Element: store>(t: &mut TableVec<Element>, e: Element) {
    let key = t.length();
    t.contents.add(key, e)
}

/// Aborts with `EIndexOutOfBound`.
#[syntax(index)]
public fun borrow_mut<Element: store>(t: &mut TableVec<Element>, i: u64): &mut Element {
    assert!(t.length() > i, EIndexOutOfBound);
    &mut t.contents[i]
}

/// Aborts with `EIndexOutOfBound` when empty.
public fun pop_back<Element: store>(t: &mut TableVec<Element>): Element {
    let length = t.length();
    assert!(length > 0, EIndexOutOfBound);
    t.contents.remove(length - 1)
}

/// Aborts with `ETableNonEmpty`.
public fun destroy_empty<Element: store>(t: TableVec<Element>) {
    assert!(t.length() == 0, ETableNonEmpty);
    let TableVec { contents } = t;
    contents.destroy_empty()
}

/// Drops a vector, its elements too: their storage fee is lost.
public fun drop<Element: drop + store>(t: TableVec<Element>) {
    let TableVec { contents } = t;
    contents.drop()
}

/// Aborts with `EIndexOutOfBound`.
public fun swap<Element: store>(t: &mut TableVec<Element>, i: u64, j: u64) {
    assert!(t.length() > i, EIndexOutOfBound);
    assert!(t.length() > j, EIndexOutOfBound);
    if (i == j) return;
    let element_i = t.contents.remove(i);
    let element_j = t.contents.remove(j);
    t.contents.add(j, element_i);
    t.contents.add(i, element_j);
}

/// Takes element `i` out and puts the last one in its place. Aborts with `EIndexOutOfBound`.
public fun swap_remove<Element: store>(t: &mut TableVec<Element>, i: u64): Element {
    assert!(t.length() > i, EIndexOutOfBound);
    let last = t.length() - 1;
    t.swap(i, last);
    t.pop_back()
}
