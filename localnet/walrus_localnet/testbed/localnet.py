"""A whole Walrus network on this machine: a chain and storage nodes, their state and processes in one directory.

The directory is all there is to it: another command, later, finds everything in its manifest. `down` and `up` keep
the state; removing the directory while it is down forgets it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from walrus_localnet.testbed import bringup, readiness
from walrus_localnet.testbed.bringup import StepListener
from walrus_localnet.testbed.errors import LocalnetError, LocalnetNotRunning, LocalnetRunning, NodeUnknown
from walrus_localnet.testbed.launcher import Launcher
from walrus_localnet.testbed.manifest import Layout, Manifest, NodeRecord
from walrus_localnet.testbed.plan import Plan, SuiNetwork
from walrus_localnet.testbed.processes import kill, stop
from walrus_localnet.testbed.starting import Starting


def no_steps(step: str) -> None:
    """The listener of those who do not watch."""


class Localnet:
    """The network in `directory`, whether it is up, down or not made yet."""

    def __init__(self, directory: Path) -> None:
        self.layout = Layout(directory.absolute())
        self._starting = Starting(self.layout.starting)

    @property
    def exists(self) -> bool:
        return self.layout.manifest.exists()

    def manifest(self) -> Manifest:
        """What the network remembers. Raises `LocalnetNotRunning` if there is none."""
        with self._on_disk():
            return Manifest.load(self.layout.manifest)

    def running(self) -> Manifest:
        """The manifest of a network that is up. Raises `LocalnetNotRunning`."""
        manifest = self.manifest()
        if not manifest.running:
            raise LocalnetNotRunning(
                f"expected the network in {self.layout.root} to be up, but its "
                f"{'chain is' if manifest.owns_chain else 'nodes are'} not running",
                hint="start it again with `walrus localnet up`",
            )
        return manifest

    async def up(self, plan: Plan, on_step: StepListener = no_steps) -> Manifest:
        """Bring the network up: from nothing by `plan`, or again with the state it had (`plan` then has no say).

        Raises `LocalnetRunning` if it is up already and `StartFailed` if it would not start; then nothing of it is
        left running.
        """
        with self._on_disk():
            if not self.exists:
                plan.check()
                self._check_unused()
            self.layout.make()
            with self._locked():
                await self._end_broken_start()
                return await (self._resume(on_step) if self.exists else self._create(plan, on_step))

    async def down(self) -> None:
        """Stop every process. What is already gone does no harm. Raises `LocalnetNotRunning` if there is none.

        What a start that was killed has left behind is ended as well.
        """
        if self._starting.broken_off:
            with self._on_disk(), self._locked():
                await self._end_broken_start()
            if not self.exists:
                return
        with self._changing() as manifest:
            await stop(node.process for node in manifest.nodes if node.process)
            if manifest.chain:
                await stop([manifest.chain])
            stopped = tuple(dataclasses.replace(node, process=None) for node in manifest.nodes)
            with contextlib.suppress(OSError):  # a full disk: processes that have ended are remembered, no worse
                dataclasses.replace(manifest, chain=None, nodes=stopped).save(self.layout.manifest)

    async def discard(self) -> None:
        """End every process at once and remove the directory with all that was stored."""
        with self._changing() as manifest:
            await kill(manifest.processes)
            shutil.rmtree(self.layout.root)

    async def kill_nodes(self, names: Iterable[str]) -> tuple[NodeRecord, ...]:
        """End the processes of nodes at once, as a crash would. Raises `NodeUnknown` or `LocalnetError`."""
        with self._changing():
            manifest = self.running()
            if manifest.in_process:
                raise LocalnetError(
                    "expected a process for each node, but all of this network run in one",
                    hint="bring a network up without --in-process",
                )
            nodes = self._chosen(manifest, names)
            for node in nodes:
                if not node.alive:
                    raise LocalnetError(
                        f"expected {node.name} to be running, but it is down",
                        hint=f"start it again with `walrus localnet restart-node {node.name}`",
                    )
            await kill([node.process for node in nodes if node.process])
            killed = tuple(dataclasses.replace(node, process=None) for node in nodes)
            manifest.with_nodes(killed).save(self.layout.manifest)
            return killed

    async def restart_nodes(self, names: Iterable[str]) -> tuple[NodeRecord, ...]:
        """Start nodes that are down, with the state they had, and wait until they answer."""
        with self._changing():
            manifest = self.running()
            nodes = self._chosen(manifest, names)
            for node in nodes:
                if node.alive:
                    raise LocalnetError(
                        f"expected {node.name} to be down, but it is running", hint=f"kill {node.name} first"
                    )
            with self._noted():
                restarted = await self._start(nodes)
                manifest.with_nodes(restarted).save(self.layout.manifest)
            await readiness.nodes_ready(restarted, epoch=0)
            return restarted

    async def crash_chain(self) -> None:
        """End the chain's process at once, as a crash would, and start it again with the state it had.

        Nodes live on meanwhile. Raises `LocalnetError` for a chain that is not the network's own.
        """
        with self._changing():
            manifest = self.running()
            if manifest.chain is None:
                raise LocalnetError(f"expected a chain of the network's own, but {manifest.rpc_url} is another's")
            await kill([manifest.chain])
            urls = SuiNetwork(manifest.rpc_url, manifest.faucet_url)
            with self._noted():
                chain = await bringup.start_chain(self.layout, urls, self._starting)
                dataclasses.replace(manifest, chain=chain).save(self.layout.manifest)

    def log(self, name: str) -> Path:
        """Where `chain` or a node logs. Raises `NodeUnknown`."""
        return self.layout.log(name) if name == "chain" else self._node(self.manifest(), name).log

    async def _create(self, plan: Plan, on_step: StepListener) -> Manifest:
        self._starting.begin()
        try:
            manifest = await bringup.bring_up(self.layout, plan, self._starting, on_step)
            manifest.save(self.layout.manifest)
        except BaseException:
            await self._starting.end()
            self.layout.clear()
            raise
        self._starting.done()
        return manifest

    async def _resume(self, on_step: StepListener) -> Manifest:
        manifest = self.manifest()
        if manifest.running:
            raise LocalnetRunning(
                f"expected no network in {self.layout.root}, but one is up at {manifest.rpc_url}",
                hint="use it, stop it with `walrus localnet down`, or choose another --dir",
            )
        await stop(node.process for node in manifest.nodes if node.process)  # they may have outlived the chain
        self._starting.begin()
        try:
            resumed = await self._started_again(manifest, on_step)
            resumed.save(self.layout.manifest)
        except BaseException:
            await self._starting.end()
            raise
        finally:
            self._starting.done()
        return resumed

    async def _started_again(self, manifest: Manifest, on_step: StepListener) -> Manifest:
        on_step("starting again")
        chain = None
        if manifest.owns_chain:
            urls = SuiNetwork(manifest.rpc_url, manifest.faucet_url)
            chain = await bringup.start_chain(self.layout, urls, self._starting)
        on_step(f"starting {len(manifest.nodes)} storage nodes again")
        nodes = await self._start(manifest.nodes)
        await readiness.nodes_ready(nodes, epoch=0)
        return dataclasses.replace(manifest, chain=chain, nodes=nodes)

    async def _end_broken_start(self) -> None:
        """End what a start that was killed has left behind; a network that was never finished is forgotten."""
        if not self._starting.broken_off:
            return
        if self.exists:
            await self._starting.end(spared=self.manifest().processes)
            self._starting.done()
        else:
            await self._starting.end()
            self.layout.clear()

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """What is started meanwhile is noted until it is in the manifest."""
        self._starting.begin()
        yield
        self._starting.done()

    @contextmanager
    def _changing(self) -> Iterator[Manifest]:
        """The manifest of a network that exists, for as long as nobody else changes it."""
        self.manifest()
        with self._on_disk(), self._locked():
            yield self.manifest()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """A directory that cannot be read or written is one error of ours."""
        try:
            yield
        except OSError as error:
            raise LocalnetError(
                f"expected to keep the network in {self.layout.root}, got: {error.strerror or error}",
                hint="make room there or choose another --dir",
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One command at a time changes the network: two at once would forget each other's processes."""
        lock = os.open(self.layout.lock, os.O_RDONLY | os.O_CREAT, 0o600)  # not for writing: the disk may be full
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalnetError(
                    f"expected to be alone, but another command is changing the network in {self.layout.root}",
                    hint="wait until it is done",
                ) from None
            yield
        finally:
            os.close(lock)

    async def _start(self, nodes: Sequence[NodeRecord]) -> tuple[NodeRecord, ...]:
        async with Launcher.open(self.layout.log("launcher")) as launcher:
            return await bringup.start_nodes(launcher, nodes, self._starting)

    def _chosen(self, manifest: Manifest, names: Iterable[str]) -> list[NodeRecord]:
        return [self._node(manifest, name) for name in dict.fromkeys(names)]

    def _node(self, manifest: Manifest, name: str) -> NodeRecord:
        for node in manifest.nodes:
            if node.name == name:
                return node
        raise NodeUnknown(
            f"expected one of {manifest.nodes[0].name} to {manifest.nodes[-1].name}, got {name!r}",
            hint="`walrus localnet status` lists the nodes",
        )

    def _check_unused(self) -> None:
        root = self.layout.root
        if self._starting.broken_off:
            return
        if root.exists() and any(entry not in (self.layout.logs, self.layout.lock) for entry in root.iterdir()):
            raise LocalnetError(
                f"expected {root} to be empty or absent, but it holds files that are not a network's",
                hint="choose another --dir",
            )
