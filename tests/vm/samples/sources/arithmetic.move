/// One function for each operation and width.
module samples::arithmetic;

public fun add_u8(a: u8, b: u8): u8 { a + b }
public fun sub_u8(a: u8, b: u8): u8 { a - b }
public fun mul_u8(a: u8, b: u8): u8 { a * b }
public fun div_u8(a: u8, b: u8): u8 { a / b }
public fun mod_u8(a: u8, b: u8): u8 { a % b }
public fun or_u8(a: u8, b: u8): u8 { a | b }
public fun and_u8(a: u8, b: u8): u8 { a & b }
public fun xor_u8(a: u8, b: u8): u8 { a ^ b }
public fun shl_u8(a: u8, bits: u8): u8 { a << bits }
public fun shr_u8(a: u8, bits: u8): u8 { a >> bits }
public fun compare_u8(a: u8, b: u8): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u8(a: u256): u8 { a as u8 }

public fun add_u16(a: u16, b: u16): u16 { a + b }
public fun sub_u16(a: u16, b: u16): u16 { a - b }
public fun mul_u16(a: u16, b: u16): u16 { a * b }
public fun div_u16(a: u16, b: u16): u16 { a / b }
public fun mod_u16(a: u16, b: u16): u16 { a % b }
public fun or_u16(a: u16, b: u16): u16 { a | b }
public fun and_u16(a: u16, b: u16): u16 { a & b }
public fun xor_u16(a: u16, b: u16): u16 { a ^ b }
public fun shl_u16(a: u16, bits: u8): u16 { a << bits }
public fun shr_u16(a: u16, bits: u8): u16 { a >> bits }
public fun compare_u16(a: u16, b: u16): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u16(a: u256): u16 { a as u16 }

public fun add_u32(a: u32, b: u32): u32 { a + b }
public fun sub_u32(a: u32, b: u32): u32 { a - b }
public fun mul_u32(a: u32, b: u32): u32 { a * b }
public fun div_u32(a: u32, b: u32): u32 { a / b }
public fun mod_u32(a: u32, b: u32): u32 { a % b }
public fun or_u32(a: u32, b: u32): u32 { a | b }
public fun and_u32(a: u32, b: u32): u32 { a & b }
public fun xor_u32(a: u32, b: u32): u32 { a ^ b }
public fun shl_u32(a: u32, bits: u8): u32 { a << bits }
public fun shr_u32(a: u32, bits: u8): u32 { a >> bits }
public fun compare_u32(a: u32, b: u32): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u32(a: u256): u32 { a as u32 }

public fun add_u64(a: u64, b: u64): u64 { a + b }
public fun sub_u64(a: u64, b: u64): u64 { a - b }
public fun mul_u64(a: u64, b: u64): u64 { a * b }
public fun div_u64(a: u64, b: u64): u64 { a / b }
public fun mod_u64(a: u64, b: u64): u64 { a % b }
public fun or_u64(a: u64, b: u64): u64 { a | b }
public fun and_u64(a: u64, b: u64): u64 { a & b }
public fun xor_u64(a: u64, b: u64): u64 { a ^ b }
public fun shl_u64(a: u64, bits: u8): u64 { a << bits }
public fun shr_u64(a: u64, bits: u8): u64 { a >> bits }
public fun compare_u64(a: u64, b: u64): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u64(a: u256): u64 { a as u64 }

public fun add_u128(a: u128, b: u128): u128 { a + b }
public fun sub_u128(a: u128, b: u128): u128 { a - b }
public fun mul_u128(a: u128, b: u128): u128 { a * b }
public fun div_u128(a: u128, b: u128): u128 { a / b }
public fun mod_u128(a: u128, b: u128): u128 { a % b }
public fun or_u128(a: u128, b: u128): u128 { a | b }
public fun and_u128(a: u128, b: u128): u128 { a & b }
public fun xor_u128(a: u128, b: u128): u128 { a ^ b }
public fun shl_u128(a: u128, bits: u8): u128 { a << bits }
public fun shr_u128(a: u128, bits: u8): u128 { a >> bits }
public fun compare_u128(a: u128, b: u128): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u128(a: u256): u128 { a as u128 }

public fun add_u256(a: u256, b: u256): u256 { a + b }
public fun sub_u256(a: u256, b: u256): u256 { a - b }
public fun mul_u256(a: u256, b: u256): u256 { a * b }
public fun div_u256(a: u256, b: u256): u256 { a / b }
public fun mod_u256(a: u256, b: u256): u256 { a % b }
public fun or_u256(a: u256, b: u256): u256 { a | b }
public fun and_u256(a: u256, b: u256): u256 { a & b }
public fun xor_u256(a: u256, b: u256): u256 { a ^ b }
public fun shl_u256(a: u256, bits: u8): u256 { a << bits }
public fun shr_u256(a: u256, bits: u8): u256 { a >> bits }
public fun compare_u256(a: u256, b: u256): vector<bool> { vector[a < b, a > b, a <= b, a >= b, a == b, a != b] }
public fun cast_u256(a: u8): u256 { a as u256 }

public fun logic(a: bool, b: bool): vector<bool> { vector[a && b, a || b, !a] }
