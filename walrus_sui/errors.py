"""Every error the library raises on purpose.

    WalrusError
    ├── BcsError             bytes that are not canonical BCS of the expected type
    ├── RedStuffError        the erasure code
    │   ├── ShardCountError        a number of shards the code cannot work with
    │   ├── BlobTooLarge           more bytes than symbols can hold
    │   ├── BlobIdError            text or bytes that are not a blob id
    │   ├── MetadataError          metadata that is not of this blob or this committee
    │   ├── SliverError            one sliver: index, length or content
    │   │   ├── SliverIndexError
    │   │   ├── SliverSizeError
    │   │   └── SliverMismatch         its hash is not the one in the metadata
    │   ├── TooFewSlivers          not enough to decode
    │   ├── DuplicateSliver        the same sliver twice where distinct ones are needed
    │   ├── InconsistentBlob       slivers are authentic, but were not made by encoding one blob
    │   ├── SymbolError            a recovery symbol that does not prove what it says
    │   ├── ProofRejected          an inconsistency proof that proves nothing
    │   └── QuiltError             files that do not fit a quilt, or bytes that are not one
    ├── CryptoError          keys, signatures, certificates
    │   ├── KeyFormatError         a key that is not one
    │   ├── PointError             bytes that are no point of the right group
    │   ├── SignatureInvalid       a well-formed signature that does not verify
    │   ├── MessageError           a signed message of the wrong kind, version, epoch or form
    │   └── CertificateError       signers or weight that make no certificate
    ├── NodeError            one storage node did not do what was asked
    │   ├── NodeUnreachable      no answer: not listening, connection lost, too slow
    │   ├── NodeNotAuthentic     who answers has not the key that the chain knows the node by
    │   ├── NodeRefused          an answer that says no, with the protocol's reason
    │   │   └── NodeLacksRoute       the node does not know the route: one of ours, or of a later protocol
    │   └── NodeMisbehaved       an answer that is not what the protocol allows
    ├── NodeStoreError       a storage node's own database cannot be opened or used
    │   └── NodeStoreUnwritable  it can be read, but takes no writes for now
    ├── ChainError           Sui did not do what was asked
    │   ├── ChainUnreachable     no answer: not listening, connection lost, too slow
    │   ├── ChainRefused         the full node answered with an error
    │   ├── ObjectNotFound       an object, transaction or checkpoint that is not there
    │   ├── ContractMismatch     an object on chain is not what its place requires
    │   ├── NotOwner             an object that belongs to another account, or to nobody
    │   ├── InsufficientFunds    the wallet's coins do not suffice (InsufficientGas: for SUI as gas)
    │   ├── TransactionRejected  refused before it was executed
    │   ├── TransactionFailed    executed without success (MoveAborted: a contract's own refusal; OutOfGas)
    │   └── FinalityTimeout      sent, and not seen in a checkpoint in time
    ├── WalletError          a key or keystore that cannot be read or used
    ├── BlobNotFound         the committee does not know the blob
    ├── QuorumError          too few storage nodes did their part
    │   ├── NotEnoughConfirmations   for a certificate
    │   └── BlobUnavailable          for reading a blob back
    ├── InputError           a file or argument that cannot be used
    ├── NetworkNotReady      the Walrus network has no committee yet
    └── ConfigError          a configuration file or flag that cannot be used

Each error says what was expected and what came; `hint` says what to do next. `code` is stable: it is what
`--json` prints and what programs should compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class WalrusError(Exception):
    """Base of all errors raised on purpose. `str()` gives the message; `hint` what to do next, if known."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BcsError(WalrusError):
    """Bytes that are not the canonical BCS of the expected type, or a value that type cannot hold."""

    code = "bcs"


class ConfigError(WalrusError):
    """A configuration file, environment variable or flag that cannot be used."""

    code = "config"


class NodeError(WalrusError):
    """One storage node did not do what was asked. `node` is the URL it was asked under."""

    code = "node"

    def __init__(self, node: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(f"{node}: {message}", hint=hint)
        self.node = node


class NodeUnreachable(NodeError):
    """No answer came: nothing listens there, the connection broke or the time ran out."""

    code = "node_unreachable"


class NodeNotAuthentic(NodeError):
    """Who answered has not the network key that the chain knows the node by. Nothing was asked of it.

    `expected` and `got` are compressed P-256 keys; `got` is `None` if the certificate is for no such key.
    """

    code = "node_not_authentic"

    def __init__(self, node: str, *, expected: bytes, got: bytes | None) -> None:
        found = f"one for {got.hex()}" if got else "one for another kind of key"
        super().__init__(
            node,
            f"expected a certificate for the network key {expected.hex()} of this node on chain, got {found}",
            hint="the node may have been set up anew, or something in between answers for it",
        )
        self.expected = expected
        self.got = got


class NodeRefused(NodeError):
    """The node answered with an error of the protocol (protocol.md §1.2).

    `status` is the HTTP status, `reason` the protocol's word for it (such as `NOT_REGISTERED`), empty if none.
    """

    code = "node_refused"

    def __init__(self, node: str, status: int, reason: str, message: str) -> None:
        super().__init__(node, f"refused with {status} {reason}".rstrip() + f": {message}")
        self.status = status
        self.reason = reason


class NodeLacksRoute(NodeRefused):
    """The node does not know the route that was asked for; what it offers can be asked for another way."""

    code = "node_lacks_route"


class NodeMisbehaved(NodeError):
    """The node answered something that the protocol does not allow: too long, or not what was asked for."""

    code = "node_misbehaved"


class NodeStoreError(WalrusError):
    """A storage node's database cannot be opened, or holds what this program cannot read."""

    code = "node_store"


class NodeStoreUnwritable(NodeStoreError):
    """A storage node's database that can be read but takes no writes for now: its disk is full, or failed."""

    code = "node_store_unwritable"


class ChainError(WalrusError):
    """Something on Sui's side did not go as asked."""

    code = "chain"


class ChainUnreachable(ChainError):
    """No answer from the full node: nothing listens there, the connection broke or the time ran out."""

    code = "chain_unreachable"


class ChainRefused(ChainError):
    """The full node answered with an error; `status` is the gRPC status in words, such as `INVALID_ARGUMENT`."""

    code = "chain_refused"

    def __init__(self, message: str, *, status: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class ObjectNotFound(ChainError):
    """An object, transaction, function or checkpoint that the full node does not have."""

    code = "object_not_found"


class ContractMismatch(ChainError):
    """An object, event or package on chain is not of the type or shape its place requires."""

    code = "contract_mismatch"


class NotOwner(ChainError):
    """An object that the account may not use: another one owns it, or it is shared or frozen."""

    code = "not_owner"


class InsufficientFunds(ChainError):
    """The coins of `owner` hold `has` of the smallest unit of `coin` where `needs` are required."""

    code = "insufficient_funds"

    def __init__(self, owner: str, coin: str, has: int, needs: int) -> None:
        super().__init__(
            f"expected at least {needs:,} {coin} at {owner}, got {has:,}",
            hint=f"send {needs - has:,} {coin} more to {owner}",
        )
        self.owner, self.coin, self.has, self.needs = owner, coin, has, needs


class InsufficientGas(InsufficientFunds):
    """The SUI coins that may pay for gas do not cover the budget (amounts in MIST)."""

    code = "insufficient_gas"


class TransactionRejected(ChainError):
    """The full node refused the transaction before executing it; nothing changed and no gas was charged."""

    code = "transaction_rejected"


class TransactionFailed(ChainError):
    """The transaction did not succeed. `digest` is None when only a simulation failed: then nothing was charged.

    `command` is the index of the command that failed, if it was one of them.
    """

    code = "transaction_failed"

    def __init__(
        self, message: str, *, digest: str | None = None, command: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.digest = digest
        self.command = command


class OutOfGas(TransactionFailed):
    """The gas budget ran out during execution."""

    code = "out_of_gas"


class MoveAborted(TransactionFailed):
    """A Move function aborted: the contract refused.

    `package` is the 32-byte id the module runs as, `function` its name if the node gave one, `abort_code` the
    number and `name` the constant behind it if it is one of Walrus' (such as `ENotEnoughStake`).
    """

    code = "move_abort"

    def __init__(
        self,
        *,
        package: bytes,
        module: str,
        function: str | None,
        abort_code: int,
        name: str | None,
        digest: str | None = None,
        command: int | None = None,
    ) -> None:
        where = f"{module}::{function}" if function else module
        if name:
            message = f"{where} aborted with {name} ({abort_code})"
        else:
            message = f"{where} of package 0x{package.hex()} aborted with code {abort_code}"
        super().__init__(message, digest=digest, command=command)
        self.package, self.module, self.function = package, module, function
        self.abort_code, self.name = abort_code, name


class FinalityTimeout(ChainError):
    """The transaction was sent but no checkpoint held it in time; it may still succeed. `digest` is text."""

    code = "finality_timeout"

    def __init__(self, message: str, *, digest: str) -> None:
        super().__init__(message, hint=f"look for transaction {digest} before sending it again")
        self.digest = digest


class WalletError(WalrusError):
    """A private key, keystore or wallet configuration that cannot be read, written or used."""

    code = "wallet"


class InputError(WalrusError):
    """A file or argument of the caller that cannot be read, written or understood."""

    code = "input"


class NetworkNotReady(WalrusError):
    """The Walrus network has not begun its first epoch, so there is no committee to ask."""

    code = "network_not_ready"


class BlobNotFound(WalrusError):
    """A quorum of the committee answers that it does not hold the blob."""

    code = "blob_not_found"


class QuorumError(WalrusError):
    """Too few storage nodes did their part. `failures` maps each node that did not to its reason.

    `got` and `needed` are in the unit the message names: shards, or slivers.
    """

    code = "quorum"

    def __init__(
        self, message: str, *, got: int, needed: int, failures: Mapping[str, str], hint: str | None = None
    ) -> None:
        listed = "".join(f"\n  {node}: {reason}" for node, reason in failures.items())
        super().__init__(message + listed, hint=hint)
        self.got = got
        self.needed = needed
        self.failures = dict(failures)


class NotEnoughConfirmations(QuorumError):
    """Storage nodes holding less than a quorum of shards confirmed the blob, so it cannot be certified."""

    code = "not_enough_confirmations"


class BlobUnavailable(QuorumError):
    """Fewer slivers than decoding needs could be had from the storage nodes."""

    code = "blob_unavailable"


# --- the erasure code


class RedStuffError(WalrusError):
    """Base of everything the erasure code refuses."""

    code = "redstuff"


class ShardCountError(RedStuffError):
    """A number of shards outside the range the code can work with."""

    code = "shard_count"


class BlobTooLarge(RedStuffError):
    """A blob longer than the symbols of this number of shards can hold."""

    code = "blob_too_large"


class BlobIdError(RedStuffError):
    """Text or bytes that are not the canonical form of a blob id."""

    code = "blob_id"


class MetadataError(RedStuffError):
    """Blob metadata that does not belong to the blob id or to the number of shards at hand."""

    code = "metadata"


class SliverError(RedStuffError):
    """Base of what can be wrong with one sliver."""

    code = "sliver"


class SliverIndexError(SliverError):
    """A sliver or pair index that no shard has."""

    code = "sliver_index"


class SliverSizeError(SliverError):
    """A sliver whose length or symbol size is not the one the blob's length demands."""

    code = "sliver_size"


class SliverMismatch(SliverError):
    """A sliver whose hash is not the one the metadata states."""

    code = "sliver_mismatch"


class TooFewSlivers(RedStuffError):
    """Fewer slivers or symbols than decoding needs."""

    code = "too_few_slivers"


class DuplicateSliver(RedStuffError):
    """The same sliver or symbol twice where distinct ones are needed."""

    code = "duplicate_sliver"


class InconsistentBlob(RedStuffError):
    """Slivers that match their metadata but are not the encoding of one blob: the writer was faulty."""

    code = "inconsistent_blob"


class SymbolError(RedStuffError):
    """A recovery symbol that is of the wrong size or place, or whose proof does not lead to the metadata."""

    code = "recovery_symbol"


class ProofRejected(RedStuffError):
    """An inconsistency proof that does not show an inconsistency."""

    code = "inconsistency_proof"


class QuiltError(RedStuffError):
    """Files that cannot be laid out as a quilt, or bytes that are not one."""

    code = "quilt"


# --- keys, signatures, certificates


class CryptoError(WalrusError):
    """Base of everything about keys, signatures and certificates."""

    code = "crypto"


class KeyFormatError(CryptoError):
    """Bytes or text that are not a key of the expected kind."""

    code = "key_format"


class PointError(CryptoError):
    """Bytes that are not the canonical encoding of a point in the right group."""

    code = "point"


class SignatureInvalid(CryptoError):
    """A well-formed signature that is not one of the given key over the given message."""

    code = "signature"


class MessageError(CryptoError):
    """A signed message of the wrong type, version, application, epoch or length."""

    code = "message"


class CertificateError(CryptoError):
    """Signers who do not exist, sign twice, or hold too little weight together."""

    code = "certificate"
