/// Strings of ASCII characters: every byte is at most 0x7f.
module std::ascii;

public use fun std::string::from_ascii as String.to_string;

/// A byte above 0x7f where an ASCII character was expected.
const EInvalidASCIICharacter: u64 = 0x10000;
/// A position outside the string, or a range whose end lies before its start.
const EInvalidIndex: u64 = 0x10001;

/// A string of ASCII characters, which may be unprintable ones.
public struct String has copy, drop, store { bytes: vector<u8> }

/// One ASCII character.
public struct Char has copy, drop, store { byte: u8 }

/// Aborts with `EInvalidASCIICharacter` when `byte` is not ASCII.
public fun char(byte: u8): Char {
    assert!(is_valid_char(byte), EInvalidASCIICharacter);
    Char { byte }
}

/// Aborts with `EInvalidASCIICharacter` when a byte is not ASCII.
public fun string(bytes: vector<u8>): String {
    let string = try_string(bytes);
    assert!(string.is_some(), EInvalidASCIICharacter);
    string.destroy_some()
}

/// `none` when a byte is not ASCII.
public fun try_string(bytes: vector<u8>): Option<String> {
    if (bytes.all!(|byte| is_valid_char(*byte))) option::some(String { bytes }) else option::none()
}

/// Whether every character can be printed.
public fun all_characters_printable(string: &String): bool {
    string.bytes.all!(|byte| is_printable_char(*byte))
}

public fun push_char(string: &mut String, char: Char) {
    string.bytes.push_back(char.byte);
}

/// Aborts as `vector::pop_back` does when the string is empty.
public fun pop_char(string: &mut String): Char {
    Char { byte: string.bytes.pop_back() }
}

/// Characters in the string.
public fun length(string: &String): u64 { string.bytes.length() }

public fun append(string: &mut String, other: String) {
    string.bytes.append(other.into_bytes())
}

/// Puts `o` before position `at`. Aborts with `EInvalidIndex` when `at` is beyond the end.
public fun insert(s: &mut String, at: u64, o: String) {
    assert!(at <= s.length(), EInvalidIndex);
    let end = s.substring(at, s.length());
    let mut result = s.substring(0, at);
    result.append(o);
    result.append(end);
    *s = result;
}

/// The characters from `i` up to, not including, `j`. Aborts with `EInvalidIndex` unless `i <= j <= length`.
public fun substring(string: &String, i: u64, j: u64): String {
    assert!(i <= j && j <= string.length(), EInvalidIndex);
    let mut bytes = vector[];
    i.range_do!(j, |at| bytes.push_back(string.bytes[at]));
    String { bytes }
}

public fun as_bytes(string: &String): &vector<u8> { &string.bytes }

public fun into_bytes(string: String): vector<u8> {
    let String { bytes } = string;
    bytes
}

public fun byte(char: Char): u8 {
    let Char { byte } = char;
    byte
}

/// Whether `b` is ASCII.
public fun is_valid_char(b: u8): bool { b <= 0x7F }

/// Whether `byte` is a printable ASCII character, space included.
public fun is_printable_char(byte: u8): bool { byte >= 0x20 && byte <= 0x7E }

public fun is_empty(string: &String): bool { string.bytes.is_empty() }

public fun to_uppercase(string: &String): String {
    String { bytes: string.as_bytes().map_ref!(|byte| char_to_uppercase(*byte)) }
}

public fun to_lowercase(string: &String): String {
    String { bytes: string.as_bytes().map_ref!(|byte| char_to_lowercase(*byte)) }
}

/// Where `substr` first begins in `string`; the length of `string` when it does not occur.
public fun index_of(string: &String, substr: &String): u64 {
    let (n, m) = (string.length(), substr.length());
    if (n < m) return n;
    let mut start = 0;
    while (start <= n - m) {
        let mut matched = 0;
        while (matched < m && string.bytes[start + matched] == substr.bytes[matched]) matched = matched + 1;
        if (matched == m) return start;
        start = start + 1;
    };
    n
}

fun char_to_uppercase(byte: u8): u8 {
    if (byte >= 0x61 && byte <= 0x7A) byte - 0x20 else byte
}

fun char_to_lowercase(byte: u8): u8 {
    if (byte >= 0x41 && byte <= 0x5A) byte + 0x20 else byte
}
