"""Keccak-256, the padding that SHA-3 replaced: Ethereum's hash (FIPS 202 without the domain bits)."""

from __future__ import annotations

BLOCK_COST = 5_000
"""Gas units of one block: a third of a millisecond here."""

_MASK = (1 << 64) - 1
_RATE = 136
_ROUNDS = 24


def _round_constants() -> tuple[int, ...]:
    """Bits of the degree-8 linear feedback register at positions 2^j - 1 of each round's lane."""
    register, constants = 1, []
    for _ in range(_ROUNDS):
        constant = 0
        for j in range(7):
            if register & 1:
                constant |= 1 << (2**j - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


def _rotations_and_path() -> tuple[tuple[int, int], ...]:
    """For each step of rho and pi along the path from lane (1, 0): the lane to go to and its rotation."""
    x, y, path = 1, 0, []
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        path.append((x + 5 * y, (step + 1) * (step + 2) // 2 % 64))
    return tuple(path)


_CONSTANTS = _round_constants()
_PATH = _rotations_and_path()


def blocks(size: int) -> int:
    """How many blocks so many bytes fill, with the padding."""
    return size // _RATE + 1


def keccak256(data: bytes | bytearray) -> bytes:
    padded = bytearray(data) + bytes(_RATE - len(data) % _RATE)
    padded[len(data)] |= 0x01
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for index in range(_RATE // 8):
            offset = start + 8 * index
            lanes[index] ^= int.from_bytes(padded[offset : offset + 8], "little")
        _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _rotate(lane: int, bits: int) -> int:
    return (lane << bits | lane >> (64 - bits)) & _MASK


def _permute(lanes: list[int]) -> None:
    for constant in _CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            change = parity[x - 1] ^ _rotate(parity[(x + 1) % 5], 1)
            for y in range(0, 25, 5):
                lanes[x + y] ^= change
        moving = lanes[1]
        for target, rotation in _PATH:
            moving, lanes[target] = lanes[target], _rotate(moving, rotation)
        for y in range(0, 25, 5):
            row = lanes[y : y + 5]
            for x in range(5):
                lanes[x + y] = row[x] ^ (~row[(x + 1) % 5] & _MASK & row[(x + 2) % 5])
        lanes[0] ^= constant
