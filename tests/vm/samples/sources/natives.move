/// The natives of the framework, one call each.
module samples::natives;

use std::hash;
use std::string;
use sui::address;
use sui::bls12381;
use sui::group_ops;

public fun sha2(data: vector<u8>): vector<u8> { hash::sha2_256(data) }

public fun sha3(data: vector<u8>): vector<u8> { hash::sha3_256(data) }

public fun blake2b(data: vector<u8>): vector<u8> { sui::hash::blake2b256(&data) }

public fun keccak(data: vector<u8>): vector<u8> { sui::hash::keccak256(&data) }

public fun utf8(data: vector<u8>): bool { string::try_utf8(data).is_some() }

public fun substring(data: vector<u8>, from: u64, to: u64): vector<u8> {
    string::utf8(data).substring(from, to).into_bytes()
}

public fun index_of(data: vector<u8>, part: vector<u8>): u64 { string::utf8(data).index_of(&string::utf8(part)) }

public fun address_number(a: address): u256 { address::to_u256(a) }

public fun number_address(n: u256): address { address::from_u256(n) }

public fun bytes_address(bytes: vector<u8>): address { address::from_bytes(bytes) }

public fun min_pk(signature: vector<u8>, key: vector<u8>, message: vector<u8>): bool {
    bls12381::bls12381_min_pk_verify(&signature, &key, &message)
}

public fun min_sig(signature: vector<u8>, key: vector<u8>, message: vector<u8>): bool {
    bls12381::bls12381_min_sig_verify(&signature, &key, &message)
}

public fun g1_add(a: vector<u8>, b: vector<u8>): vector<u8> {
    *group_ops::bytes(&bls12381::g1_add(&bls12381::g1_from_bytes(&a), &bls12381::g1_from_bytes(&b)))
}

public fun g1_sub(a: vector<u8>, b: vector<u8>): vector<u8> {
    *group_ops::bytes(&bls12381::g1_sub(&bls12381::g1_from_bytes(&a), &bls12381::g1_from_bytes(&b)))
}

public fun g1_sum(points: vector<vector<u8>>): vector<u8> {
    let mut terms = vector[];
    let mut i = 0;
    while (i < points.length()) {
        terms.push_back(bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&points[i])));
        i = i + 1;
    };
    let sum = bls12381::uncompressed_g1_sum(&terms);
    *group_ops::bytes(&bls12381::uncompressed_g1_to_g1(&sum))
}

public fun g1_uncompressed(a: vector<u8>): vector<u8> {
    *group_ops::bytes(&bls12381::g1_to_uncompressed_g1(&bls12381::g1_from_bytes(&a)))
}
