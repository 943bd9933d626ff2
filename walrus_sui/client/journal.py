"""Payments on their way, written down before they are sent.

A client that dies between sending a transaction and learning what became of it would pay twice. So every
transaction that pays is written to a file first, signed, with the blobs it pays for; sending those bytes again
either makes it happen or tells that it did, and it happens at most once. After that the chain says what the
account has. A file is deleted when all its blobs are certified.

One JSON file a transaction, in a directory beside the client's configuration. They hold no keys.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from walrus_sui.bcs.sui import format_digest
from walrus_sui.chain import SignedTransaction
from walrus_sui.errors import BcsError, BlobIdError
from walrus_sui.files import replace_private
from walrus_sui.redstuff import BlobId

DIRECTORY = "walrus-stores-under-way"
_VERSION = 1
_MAX_FILE = 4 << 20

_MALFORMED = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)
"""What reading JSON of another shape comes to."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PaidBlob:
    """A blob that a transaction pays for, until `end_epoch`; `path` is the file it came from."""

    blob_id: BlobId
    end_epoch: int
    epochs: int
    deletable: bool
    path: Path | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "blobId": str(self.blob_id),
            "endEpoch": self.end_epoch,
            "epochs": self.epochs,
            "deletable": self.deletable,
            "path": None if self.path is None else str(self.path),
            "attributes": dict(self.attributes),
        }

    @classmethod
    def from_json(cls, value: Any) -> PaidBlob:
        path = value["path"]
        return cls(
            BlobId.parse(value["blobId"]),
            int(value["endEpoch"]),
            int(value["epochs"]),
            bool(value["deletable"]),
            None if path is None else Path(path),
            {str(key): str(text) for key, text in value["attributes"].items()},
        )


@dataclass(frozen=True)
class Payment:
    """One signed transaction and the blobs that are not certified yet."""

    signed: SignedTransaction
    blobs: tuple[PaidBlob, ...]


class Journal:
    """The payments of one account on one network, kept in `directory`."""

    def __init__(self, directory: Path, system_object: bytes, owner: bytes) -> None:
        self._directory = directory
        self._network = system_object.hex()
        self._owner = owner.hex()

    def payments(self) -> tuple[Payment, ...]:
        """Those that were not finished. What cannot be read is left alone and logged."""
        try:
            paths = sorted(self._directory.glob("*.json"))
        except OSError:
            return ()
        return tuple(payment for path in paths if (payment := self._read(path)) is not None)

    def write(self, payment: Payment) -> None:
        """Keep `payment`, on disk when this returns; a client without a place to write goes on without."""
        document = {
            "version": _VERSION,
            "network": self._network,
            "owner": self._owner,
            "transaction": base64.b64encode(payment.signed.data).decode(),
            "signature": base64.b64encode(payment.signed.signature).decode(),
            "blobs": [blob.to_json() for blob in payment.blobs],
        }
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            replace_private(self._path(payment), json.dumps(document))
        except OSError as error:
            log.warning("a payment could not be written down: %s", error)

    def settle(self, payment: Payment, done: Collection[BlobId]) -> Payment:
        """Forget those of its blobs that are `done`, and the payment with the last of them."""
        left = replace(payment, blobs=tuple(blob for blob in payment.blobs if blob.blob_id not in done))
        if left.blobs and left != payment:
            self.write(left)
        elif not left.blobs:
            self.forget(payment)
        return left

    def forget(self, payment: Payment) -> None:
        """It is finished, or never happened and no longer can."""
        try:
            self._path(payment).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a finished payment could not be deleted: %s", error)

    def _path(self, payment: Payment) -> Path:
        return self._directory / f"{format_digest(payment.signed.digest)}.json"

    def _read(self, path: Path) -> Payment | None:
        try:
            with path.open("rb") as file:
                raw = file.read(_MAX_FILE + 1)
            document = json.loads(raw)
            if document["version"] != _VERSION:
                raise ValueError(f"expected version {_VERSION}, got {document['version']!r:.20}")
            if (document["network"], document["owner"]) != (self._network, self._owner):
                return None
            parts = (base64.b64decode(document[name], validate=True) for name in ("transaction", "signature"))
            blobs = tuple(PaidBlob.from_json(item) for item in document["blobs"])
            return Payment(SignedTransaction.restored(*parts), blobs)
        except FileNotFoundError:
            return None  # another client has just finished it
        except (BcsError, BlobIdError, OSError, *_MALFORMED) as error:
            log.warning("%s is no payment under way: %s", path, error)
            return None
