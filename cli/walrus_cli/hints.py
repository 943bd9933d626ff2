"""What to do when a contract says no, where the constant it aborts with tells."""

from __future__ import annotations

from walrus_sui.errors import MoveAborted, WalletError, WalrusError

_BY_CONSTANT = {
    "ENotCertified": "only certified blobs can be extended: store the file again",
    "EBlobNotDeletable": "permanent blobs stay until their end epoch",
    "EResourceBounds": "the blob's time is over: `walrus burn-blobs` removes its object",
    "EInvalidEpochsAhead": "`walrus info epoch` tells for how many epochs storage is sold",
    "EStorageExceeded": "the network is full in one of these epochs: take fewer epochs, or wait",
    "ENotWithdrawing": "ask for the stake first with `walrus request-withdraw-stake`",
    "EWithdrawDirectly": "it does not count yet: take it back at once with `walrus withdraw-stake`",
    "EWithdrawEpochNotReached": "`walrus list-staked-wal` tells from which epoch on it can be withdrawn",
    "EActivationEpochNotReached": "wait until the epoch from which it counts",
    "ENotStaked": "it was asked for already: `walrus list-staked-wal` tells its epoch",
    "EStakeBelowThreshold": "the least stake is 1 WAL",
    "EPoolIsNotActive": "the node takes no stake any more: choose another",
    "EInsufficientFunds": "the exchange does not hold that much WAL: take less, or another with --exchange-id",
    "EAuthorizationFailure": "only whom the node's pool names may: choose the wallet with --wallet",
    "ENotAuthorized": "only whom the node's pool names may: choose the wallet with --wallet",
    "EDuplicateVote": "the node has voted for it in this epoch already",
    "EKeyDoesNotExist": "`walrus get-blob-attribute` lists what is there",
    "EMissingMetadata": "`walrus get-blob-attribute` lists what is there",
}


_WALLET = "make a wallet with `walrus generate-sui-wallet`, or name another with --wallet"


def hint_of(error: WalrusError) -> str | None:
    """The error's own hint, or what its kind or constant suggests."""
    if error.hint is None and isinstance(error, MoveAborted) and error.name is not None:
        return _BY_CONSTANT.get(error.name)
    if error.hint is None and isinstance(error, WalletError):
        return _WALLET
    return error.hint
