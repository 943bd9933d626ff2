/// Hexadecimal text.
module sui::hex;

/// An odd number of digits.
const EInvalidHexLength: u64 = 0;
/// A character that is not a hex digit.
const ENotValidHexCharacter: u64 = 1;

const DIGITS: vector<u8> = b"0123456789abcdef";

/// Two small hex digits for every byte.
public fun encode(bytes: vector<u8>): vector<u8> {
    let digits = DIGITS;
    let mut text = vector[];
    bytes.do!(|byte| {
        text.push_back(digits[(byte >> 4) as u64]);
        text.push_back(digits[(byte & 0xF) as u64]);
    });
    text
}

/// One byte for every two digits, small or capital.
/// Aborts with `EInvalidHexLength` for an odd number of them, with `ENotValidHexCharacter` for anything else.
public fun decode(hex: vector<u8>): vector<u8> {
    assert!(hex.length() % 2 == 0, EInvalidHexLength);
    vector::tabulate!(hex.length() / 2, |i| (decode_digit(hex[2 * i]) << 4) | decode_digit(hex[2 * i + 1]))
}

fun decode_digit(digit: u8): u8 {
    if (digit >= 48 && digit <= 57) digit - 48
    else if (digit >= 65 && digit <= 70) digit - 55
    else if (digit >= 97 && digit <= 102) digit - 87
    else abort ENotValidHexCharacter
}
