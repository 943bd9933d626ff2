"""Payments under way as files: whole or not there, read back as they were, and gone when they are finished."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from walrus_sui.bcs.sui import GasData, NoExpiration, ProgrammableTransaction, TransactionDataV1
from walrus_sui.chain import Keypair, SignedTransaction
from walrus_sui.client.journal import Journal, PaidBlob, Payment
from walrus_sui.redstuff import BlobId

KEYS = Keypair(bytes(range(32)))
SYSTEM = b"\x05" * 32
ONE = PaidBlob(BlobId(b"\x01" * 32), 9, 3, True, Path("/some/file"), {"color": "blue"})
TWO = PaidBlob(BlobId(b"\x02" * 32), 9, 3, False)


def signed(price: int) -> SignedTransaction:
    gas = GasData((), KEYS.address, price, 1000)
    return SignedTransaction.of(
        TransactionDataV1(ProgrammableTransaction((), ()), KEYS.address, gas, NoExpiration()), KEYS
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", SYSTEM, KEYS.address)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "journal").iterdir())


def test_a_payment_is_read_back_as_it_was(journal):
    payment = Payment(signed(1), (ONE, TWO))
    journal.write(payment)
    assert journal.payments() == (payment,)


def test_no_file_holds_a_key(journal, tmp_path):
    journal.write(Payment(signed(1), (ONE,)))
    (path,) = files(tmp_path)
    text = path.read_text()
    assert KEYS.keystore_entry not in text
    assert KEYS.suiprivkey not in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_finished_blobs_are_forgotten_and_with_the_last_the_file(journal, tmp_path):
    payment = Payment(signed(1), (ONE, TWO))
    journal.write(payment)
    left = journal.settle(payment, {ONE.blob_id})
    assert journal.payments() == (left,)
    assert left.blobs == (TWO,)
    journal.settle(left, {TWO.blob_id, ONE.blob_id})
    assert files(tmp_path) == []


def test_payments_of_other_accounts_and_networks_are_not_ours(journal, tmp_path):
    journal.write(Payment(signed(1), (ONE,)))
    assert Journal(tmp_path / "journal", b"\x06" * 32, KEYS.address).payments() == ()
    assert Journal(tmp_path / "journal", SYSTEM, b"\x07" * 32).payments() == ()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: json.dumps({**json.loads(text), "version": 2}),
        lambda text: json.dumps({**json.loads(text), "transaction": "AAAA"}),
        lambda text: json.dumps({**json.loads(text), "transaction": 5}),
        lambda text: json.dumps({**json.loads(text), "blobs": [{"blobId": "no id"}]}),
        lambda text: json.dumps({**json.loads(text), "blobs": None}),
        lambda text: "[" * 100_000,
        lambda text: text.replace('"epochs": ', '"epochs": 1e999, "once": '),
    ],
    ids=["cut", "empty", "list", "later", "no transaction", "number", "no blob id", "no blobs", "deep", "endless"],
)
def test_what_cannot_be_read_is_left_alone_and_said(journal, tmp_path, caplog, damage):
    journal.write(Payment(signed(1), (ONE,)))
    good = Payment(signed(2), (TWO,))
    (path,) = files(tmp_path)
    damaged = damage(path.read_text())
    path.write_text(damaged)
    journal.write(good)
    with caplog.at_level(logging.WARNING):
        assert journal.payments() == (good,)
    assert str(path) in caplog.text
    assert path.read_text() == damaged


def test_a_crash_before_the_file_is_complete_leaves_none(journal, tmp_path, monkeypatch):
    def crash(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        journal.write(Payment(signed(1), (ONE,)))
    assert files(tmp_path) == []


def test_a_directory_that_cannot_be_written_is_no_reason_to_fail(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "journal", SYSTEM, KEYS.address)
    with caplog.at_level(logging.WARNING):
        journal.write(Payment(signed(1), (ONE,)))
    assert "could not be written down" in caplog.text
    assert journal.payments() == ()
