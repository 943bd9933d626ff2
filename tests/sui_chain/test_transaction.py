"""The builder against a transaction that mainnet executed, and against bytes made by hand."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from walrus_sui import bcs
from walrus_sui.bcs import sui
from walrus_sui.chain import CLOCK, TransactionBuilder
from walrus_sui.chain.transaction import SharedVersion
from walrus_sui.errors import ObjectNotFound

REAL = Path(__file__).parent.parent / "vectors" / "sui" / "checkpoint_transaction.b64"
PYTH_STATE = sui.parse_address("0x1f9310238ee9298fb703c3419030b35b22bb1cc37113e3bb5007c99aec79e5b8")
WORMHOLE_STATE = sui.parse_address("0xaeab97f96cf9877fee2883315d459552b2b921edc16d7ceac6eab944dd88919c")
WORMHOLE = sui.parse_address("0x5306f64e312b581766351c07af79c72fcb1cd25147157fdc2f8ad76de9a3fb6a")
PYTH = sui.parse_address("0x04e20ddf36af412a4096f9014f4a565af9e812db9a05cc40254846cf6ed0ad91")


def address_of(owned: int) -> bytes:
    return bytes(31) + bytes([owned])


def reference(owned: int) -> sui.ObjectRef:
    return sui.ObjectRef(address_of(owned), 7, bytes([owned]) * 32)


def test_a_price_update_on_mainnet_is_built_to_the_byte() -> None:
    raw = base64.b64decode(REAL.read_text())
    real = sui.TransactionData.from_bytes(raw)
    assert isinstance(real, sui.TransactionDataV1)
    assert isinstance(real.kind, sui.ProgrammableTransaction)
    pure = [entry.value for entry in real.kind.inputs if isinstance(entry, sui.Pure)]
    vaa, accumulator = (bcs.decode(bytes, value) for value in pure[:2])
    feeds = [
        entry.object.object_id
        for entry in real.kind.inputs[8:]
        if isinstance(entry, sui.ObjectInput) and isinstance(entry.object, sui.SharedObject)
    ]

    tx = TransactionBuilder()
    wormhole, signed = tx.object(WORMHOLE_STATE, mutable=False), tx.pure(bytes, vaa)
    clock = tx.object(CLOCK)
    verified = tx.move_call(WORMHOLE, "vaa", "parse_and_verify", arguments=(wormhole, signed, clock))
    pyth, data = tx.object(PYTH_STATE, mutable=False), tx.pure(bytes, accumulator)
    create = "create_authenticated_price_infos_using_accumulator"
    prices = tx.move_call(PYTH, "pyth", create, arguments=(pyth, data, verified[0], clock))
    fees = list(tx.split_coins(tx.gas, [1, 1, 1]))
    for feed, fee in zip(feeds, fees, strict=True):
        arguments = (pyth, prices[0], tx.object(feed), fee, clock)
        prices = tx.move_call(PYTH, "pyth", "update_single_price_feed", arguments=arguments)
    price_info = sui.StructTag(PYTH, "price_info", "PriceInfo", ())
    tx.move_call(PYTH, "hot_potato_vector", "destroy", type_args=(price_info,), arguments=(prices[0],))

    versions = {
        WORMHOLE_STATE: 64, CLOCK: 1, PYTH_STATE: 17589382,
        feeds[0]: 20120881, feeds[1]: 67164384, feeds[2]: 20119530,
    }  # fmt: skip
    kind = tx.kind({object_id: SharedVersion(version) for object_id, version in versions.items()})
    built = sui.TransactionDataV1(kind, real.sender, real.gas, sui.NoExpiration())
    assert built.to_bytes() == raw
    assert tx.uses_gas_coin


def test_transfer_by_hand() -> None:
    tx = TransactionBuilder()
    (coin,) = tx.split_coins(tx.gas, [1000])
    tx.transfer_objects([coin, tx.object(address_of(9))], b"\xab" * 32)
    expected = (
        "00"  # programmable
        "03"  # inputs: the amount, the object, the recipient
        "00" "08" "e803000000000000"
        "01" "00" + "00" * 31 + "09" "0700000000000000" "20" + "09" * 32 + "00" "20" + "ab" * 32 +
        "02"  # commands
        "02" "00" "01" "010000"  # split the gas coin by input 0
        "01" "02" "0300000000" "010100" "010200"  # transfer result (0, 0) and input 1 to input 2
    )  # fmt: skip
    assert tx.kind({address_of(9): reference(9)}).to_bytes().hex() == expected


def test_a_shared_object_is_one_input_mutable_if_any_use_is() -> None:
    tx = TransactionBuilder()
    first, second = tx.object(address_of(1), mutable=False), tx.object(address_of(1))
    assert first == second
    kind = tx.kind({address_of(1): SharedVersion(5)})
    assert kind.inputs == (sui.ObjectInput(sui.SharedObject(address_of(1), 5, 1)),)


def test_the_clock_is_never_mutable() -> None:
    tx = TransactionBuilder()
    tx.object(CLOCK, mutable=True)
    assert tx.kind({CLOCK: SharedVersion(1)}).inputs == (sui.ObjectInput(sui.SharedObject(CLOCK, 1, 0)),)


def test_an_object_received_from_another() -> None:
    tx = TransactionBuilder()
    tx.receiving(address_of(4))
    assert tx.kind({address_of(4): reference(4)}).inputs == (sui.ObjectInput(sui.Receiving(reference(4))),)


def test_an_object_that_nobody_knows() -> None:
    tx = TransactionBuilder()
    tx.object(address_of(3))
    with pytest.raises(ObjectNotFound, match="0x" + "0" * 63 + "3"):
        tx.kind({})


def test_results_know_how_many_they_are() -> None:
    tx = TransactionBuilder()
    coins = tx.split_coins(tx.gas, [1, 2])
    assert list(coins) == [sui.NestedResult(0, 0), sui.NestedResult(0, 1)]
    with pytest.raises(IndexError):
        coins[2]
    with pytest.raises(TypeError):
        list(tx.move_call(CLOCK, "m", "f"))


def test_which_transactions_spend_the_gas_coin() -> None:
    tx = TransactionBuilder()
    coin = tx.object(address_of(1))
    tx.split_coins(coin, [5])
    tx.move_call(CLOCK, "m", "f", arguments=[coin])
    assert not tx.uses_gas_coin
    tx.merge_coins(tx.gas, [coin])
    assert tx.uses_gas_coin
