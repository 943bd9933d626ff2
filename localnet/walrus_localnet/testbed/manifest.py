"""What a local network remembers about itself: `network.json` and the files beside it.

The manifest holds the key of the funded wallet, so it and its directory are for the owner alone.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from walrus_localnet.testbed.errors import LocalnetError, LocalnetNotRunning
from walrus_localnet.testbed.processes import ProcessRecord
from walrus_sui.files import replace_private

_VERSION = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of one network lies under its directory."""

    root: Path

    @property
    def manifest(self) -> Path:
        return self.root / "network.json"

    @property
    def client_config(self) -> Path:
        return self.root / "client_config.yaml"

    @property
    def wallet(self) -> Path:
        return self.root / "wallet"

    @property
    def chain(self) -> Path:
        return self.root / "chain"

    @property
    def chain_ready(self) -> Path:
        return self.root / "chain.json"

    @property
    def starting(self) -> Path:
        return self.root / "starting.jsonl"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def node(self, name: str) -> Path:
        return self.root / "nodes" / name

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def make(self) -> None:
        for directory in (self.root, self.logs, self.wallet, self.chain):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def clear(self) -> None:
        """Remove all but the logs, which tell why a start failed."""
        for directory in (self.wallet, self.chain, self.root / "nodes"):
            shutil.rmtree(directory, ignore_errors=True)
        for file in (self.manifest, self.client_config, self.chain_ready, self.starting):
            file.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """One storage node: its name, HTTP address, 32-byte node id, configuration file, log and process."""

    name: str
    url: str
    node_id: bytes
    config: Path
    log: Path
    process: ProcessRecord | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive


@dataclass(frozen=True, slots=True)
class Manifest:
    """A network as it was brought up: the chain, its contracts, the funded wallet and the nodes in order.

    `chain` is the process of its own chain while that is up; a network on someone else's has none (`owns_chain`).
    """

    rpc_url: str
    faucet_url: str
    owns_chain: bool
    n_shards: int
    system_object: bytes
    staking_object: bytes
    wallet_address: bytes
    wallet_key: str = dataclasses.field(repr=False)
    client_config: Path
    chain: ProcessRecord | None
    nodes: tuple[NodeRecord, ...]
    epoch_duration: int = 0
    """Milliseconds; 0 in manifests from before this was noted."""

    @property
    def running(self) -> bool:
        """Whether its chain is up, or one of its nodes where the chain is someone else's."""
        if self.owns_chain:
            return self.chain is not None and self.chain.alive
        return any(node.alive for node in self.nodes)

    @property
    def in_process(self) -> bool:
        """Whether all nodes run in one process."""
        return len({node.log for node in self.nodes}) == 1

    @property
    def tls(self) -> bool:
        return all(node.url.startswith("https:") for node in self.nodes)

    @property
    def processes(self) -> tuple[ProcessRecord, ...]:
        """The chain's and the nodes' that were running when this was written."""
        found = (*(node.process for node in self.nodes), self.chain)
        return tuple(process for process in found if process is not None)

    def with_nodes(self, changed: Iterable[NodeRecord]) -> Manifest:
        by_name = {node.name: node for node in changed}
        return dataclasses.replace(self, nodes=tuple(by_name.get(node.name, node) for node in self.nodes))

    def save(self, path: Path) -> None:
        """Write atomically, readable by the owner only."""
        replace_private(path, json.dumps({"version": _VERSION, **_to_json(self)}, indent=2))

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Raises `LocalnetNotRunning` if there is none, `LocalnetError` if it cannot be read."""
        try:
            return _from_json(json.loads(path.read_text()))
        except FileNotFoundError as error:
            raise LocalnetNotRunning(
                f"expected a local network in {path.parent}, found none",
                hint="start one with `walrus localnet up`",
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise LocalnetError(
                f"expected a network manifest in {path}, got something else ({error!r})",
                hint=f"remove {path.parent} and start again with `walrus localnet up`",
            ) from error


def _to_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "rpcUrl": manifest.rpc_url,
        "faucetUrl": manifest.faucet_url,
        "ownsChain": manifest.owns_chain,
        "nShards": manifest.n_shards,
        "epochDuration": manifest.epoch_duration,
        "systemObject": manifest.system_object.hex(),
        "stakingObject": manifest.staking_object.hex(),
        "walletAddress": manifest.wallet_address.hex(),
        "walletKey": manifest.wallet_key,
        "clientConfig": str(manifest.client_config),
        "chain": _process_to_json(manifest.chain),
        "nodes": [
            {
                "name": node.name,
                "url": node.url,
                "nodeId": node.node_id.hex(),
                "config": str(node.config),
                "log": str(node.log),
                "process": _process_to_json(node.process),
            }
            for node in manifest.nodes
        ],
    }


def _from_json(document: dict[str, Any]) -> Manifest:
    if document["version"] != _VERSION:
        raise ValueError(f"version {document['version']}, expected {_VERSION}")
    return Manifest(
        rpc_url=str(document["rpcUrl"]),
        faucet_url=str(document["faucetUrl"]),
        owns_chain=bool(document["ownsChain"]),
        n_shards=int(document["nShards"]),
        system_object=bytes.fromhex(document["systemObject"]),
        staking_object=bytes.fromhex(document["stakingObject"]),
        wallet_address=bytes.fromhex(document["walletAddress"]),
        wallet_key=str(document["walletKey"]),
        client_config=Path(document["clientConfig"]),
        chain=_process_from_json(document["chain"]),
        nodes=tuple(
            NodeRecord(
                name=str(node["name"]),
                url=str(node["url"]),
                node_id=bytes.fromhex(node["nodeId"]),
                config=Path(node["config"]),
                log=Path(node["log"]),
                process=_process_from_json(node["process"]),
            )
            for node in document["nodes"]
        ),
        epoch_duration=int(document.get("epochDuration", 0)),
    )


def _process_to_json(process: ProcessRecord | None) -> dict[str, Any] | None:
    return None if process is None else {"pid": process.pid, "started": process.started}


def _process_from_json(document: dict[str, Any] | None) -> ProcessRecord | None:
    return None if document is None else ProcessRecord(int(document["pid"]), str(document["started"]))
