/// Structs, enums, vectors and references to all of them.
module samples::values;

public struct Point has copy, drop, store { x: u64, y: u64 }
public struct Line has copy, drop, store { from: Point, to: Point, name: vector<u8> }
public struct Box<T> has copy, drop, store { item: T }
public struct Empty has copy, drop {}
public struct Pair<phantom A, B>(B, u8) has copy, drop, store;

public enum Shape has copy, drop, store {
    Dot,
    Circle { at: Point, radius: u64 },
    Named(vector<u8>, u64),
}

public enum Tree<T> has copy, drop, store {
    Leaf,
    Node { value: T, children: vector<u64> },
}

const TABLE: vector<vector<u8>> = vector[b"one", b"two", x"0304"];

public fun point(x: u64, y: u64): Point { Point { x, y } }

public fun line(): Line { Line { from: point(1, 2), to: point(3, 4), name: b"line" } }

/// Copies do not share.
public fun copies(): (Line, Line) {
    let a = line();
    let mut b = a;
    b.to.x = 99;
    b.name.push_back(33);
    (a, b)
}

/// Writes through references to a primitive, a struct and a vector.
public fun writes(): Line {
    let mut l = line();
    let x = &mut l.from.x;
    *x = *x + 10;
    let to = &mut l.to;
    *to = point(7, 8);
    to.y = 80;
    let name = &mut l.name;
    *name = b"renamed";
    *(&mut name[0]) = 82;
    l
}

public fun local_reference(n: u64): u64 {
    let mut m = n;
    let r = &mut m;
    bump(r);
    bump(r);
    m
}

fun bump(r: &mut u64) { *r = *r + 1 }

public fun bump_argument(r: &mut u64) { bump(r) }

public fun set_point(p: &mut Point, x: u64) { p.x = x }

public fun replace_point(p: &mut Point, x: u64): Point {
    let old = *p;
    *p = point(x, x);
    old
}

public fun larger(a: &Point, b: &Point): u64 { *pick(a, b) }

fun pick(a: &Point, b: &Point): &u64 { if (a.x > b.x) &a.x else &b.x }

public fun swap_values<T>(a: &mut Box<T>, b: Box<T>): T {
    let Box { item } = b;
    let Box { item: old } = replace(a, Box { item });
    old
}

fun replace<T>(a: &mut Box<T>, b: Box<T>): Box<T> {
    let mut v = vector[b];
    let mut w = vector<Box<T>>[];
    vector::push_back(&mut w, vector::pop_back(&mut v));
    v.destroy_empty();
    exchange(a, w)
}

fun exchange<T>(_: &mut Box<T>, mut w: vector<Box<T>>): Box<T> {
    let b = w.pop_back();
    w.destroy_empty();
    b
}

public fun equalities(a: Line, b: Line): vector<bool> {
    vector[a == b, a != b, &a == &b, &a.from.x == &b.from.x, a.name == b.name, &a.to != &b.to]
}

public fun empty(): bool { Empty {} == Empty {} }

public fun pair(n: u64): u64 {
    let p = Pair<bool, u64>(n, 3);
    let Pair(a, b) = p;
    a + (b as u64)
}

public fun boxed_bytes(): Box<vector<u8>> {
    let mut b = Box { item: b"ab" };
    b.item.push_back(99);
    b
}

// vectors

public fun build(n: u64): vector<u64> {
    let mut v = vector[];
    let mut i = 0;
    while (i < n) { v.push_back(i * i); i = i + 1 };
    v
}

public fun bytes(n: u8): vector<u8> {
    let mut v = vector[1u8, 2];
    v.push_back(n);
    v.swap(0, 2);
    v
}

public fun at(v: vector<u64>, i: u64): u64 { v[i] }

public fun set(v: &mut vector<u8>, i: u64, b: u8) { *(&mut v[i]) = b }

public fun pop(mut v: vector<u64>): u64 { v.pop_back() }

public fun swap(mut v: vector<u64>, i: u64, j: u64): vector<u64> { v.swap(i, j); v }

public fun constant(i: u64): vector<u8> { let table = TABLE; table[i] }

public fun points(n: u64): u64 {
    let mut ps = vector<Point>[];
    let mut i = 0;
    while (i < n) { ps.push_back(point(i, 2 * i)); i = i + 1 };
    let mut j = 0;
    while (j < n) { let p = &mut ps[j]; p.x = p.x + p.y; j = j + 1 };
    let mut sum = 0;
    while (!ps.is_empty()) { let Point { x, .. } = ps.pop_back(); sum = sum + x };
    sum
}

// enums

public fun shape(kind: u64, n: u64): Shape {
    if (kind == 0) Shape::Dot
    else if (kind == 1) Shape::Circle { at: point(n, n), radius: n }
    else Shape::Named(b"shape", n)
}

public fun size(s: &Shape): u64 {
    match (s) {
        Shape::Dot => 0,
        Shape::Circle { radius, .. } => *radius,
        Shape::Named(name, n) => name.length() + *n,
    }
}

public fun grow_shape(s: &mut Shape) {
    match (s) {
        Shape::Dot => { *s = Shape::Named(b"", 1) },
        Shape::Circle { at, radius } => { *radius = *radius * 2; at.x = 0 },
        Shape::Named(name, n) => { name.push_back(65); *n = *n + 1 },
    }
}

public fun open_shape(s: Shape): u64 {
    match (s) {
        Shape::Circle { at: Point { x, y }, radius } => x + y + radius,
        Shape::Named(_, n) => n,
        Shape::Dot => abort 5,
    }
}

public fun tree(n: u64): u64 {
    let leaf: Tree<u8> = Tree::Leaf;
    let node = Tree::Node { value: 7u8, children: vector[n, n] };
    leaves(&leaf) + leaves(&node)
}

fun leaves<T>(t: &Tree<T>): u64 {
    match (t) { Tree::Leaf => 1, Tree::Node { children, .. } => children.length() + children[0] }
}
