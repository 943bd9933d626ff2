"""A peer: Tahoe-LAFS from PyPI, a grid of thirteen storage nodes with an introducer and a gateway, 5 of 13 shares.

Its default transport is HTTPS between nodes; "tahoe-foolscap" is its older one, which is faster.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.store_read.report import Report

VERSION = "1.20.0"
TRANSPORTS = ("tahoe", "tahoe-foolscap")
NODES, DEAD = 13, 4
SHARES = ["--shares-needed=5", "--shares-happy=9", "--shares-total=13"]
READY_SECONDS = 120.0
_MORE = ("setuptools<81",)
"""It still asks for pkg_resources."""


def measure(
    folder: Path, peer: str, sizes: Mapping[str, int], rounds: Mapping[str, float], report: Report
) -> None:
    """The same as for our own network: fresh blobs stored and read, whole and with four nodes dead."""
    try:
        tahoe = installed(report)
    except (OSError, subprocess.CalledProcessError) as error:
        report.say(f"{peer}: cannot be installed here, left out ({error})")
        return
    start = time.perf_counter()
    with Grid(folder, tahoe, foolscap=peer == "tahoe-foolscap").up() as grid:
        report.say(f"{peer} {VERSION}, {NODES} nodes, 5 of 13 shares: up in {time.perf_counter() - start:.1f} s")
        grid.get(grid.put(os.urandom(1000)))
        for dead in (0, DEAD):
            grid.kill(dead)
            for label, size in sizes.items():
                _measure(grid, peer, label, size, int(rounds[label]), dead, report)


def _measure(grid: Grid, peer: str, label: str, size: int, rounds: int, dead: int, report: Report) -> None:
    stores, reads = [], []
    for _ in range(rounds):
        data = os.urandom(size)
        start = time.perf_counter()
        cap = grid.put(data)
        stored = time.perf_counter()
        back = grid.get(cap)
        reads.append(time.perf_counter() - stored)
        stores.append(stored - start)
        if back != data:
            raise AssertionError(f"{cap} came back changed")
    report.times(peer, ("store", label, dead), size, stores)
    report.times(peer, ("read", label, dead), size, reads)


def installed(report: Report) -> Path:
    """The `tahoe` command, installed into an environment of its own if it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    environment = cache / "walrus-sui" / f"tahoe-lafs-{VERSION}"
    command = environment / "bin" / "tahoe"
    if not command.exists():
        report.say(f"installing tahoe-lafs {VERSION} into {environment}")
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        pip = [str(environment / "bin" / "pip"), "install", "--quiet", f"tahoe-lafs=={VERSION}", *_MORE]
        subprocess.run(pip, check=True, capture_output=True)
    return command


@dataclass
class Grid:
    """One introducer, storage nodes and a gateway, all processes of their own on 127.0.0.1."""

    folder: Path
    tahoe: Path
    foolscap: bool
    gateway_port: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @contextmanager
    def up(self) -> Iterator[Grid]:
        try:
            self._create("introducer", "create-introducer", _listening())
            self._run("introducer")
            furl = self._wait_for(self.folder / "introducer" / "private" / "introducer.furl")
            for name in self._nodes():
                self._create(
                    name, "create-node", [f"--introducer={furl}", "--webport=none", *_listening(), *SHARES]
                )
                self._choose_transport(name, "storage")
                self._run(name)
            self.gateway_port = _free_port()
            web = f"--webport=tcp:{self.gateway_port}:interface=127.0.0.1"
            self._create("gateway", "create-client", [f"--introducer={furl}", web, *SHARES])
            self._choose_transport("gateway", "client")
            self._run("gateway")
            self._wait_for_nodes()
            yield self
        finally:
            for process in self.processes.values():
                process.kill()
                process.wait()

    def put(self, data: bytes) -> str:
        """Store a file; gives the capability to read it."""
        return self._request("PUT", "/uri", data).decode()

    def get(self, cap: str) -> bytes:
        return self._request("GET", f"/uri/{cap}")

    def kill(self, count: int) -> None:
        for name in list(self._nodes())[:count]:
            self.processes[name].send_signal(signal.SIGKILL)
            self.processes[name].wait()

    def _nodes(self) -> Iterator[str]:
        return (f"node-{index}" for index in range(NODES))

    def _create(self, name: str, command: str, options: list[str]) -> None:
        subprocess.run(
            [str(self.tahoe), command, *options, str(self.folder / name)], check=True, capture_output=True
        )

    def _choose_transport(self, name: str, section: str) -> None:
        if not self.foolscap:
            return
        path = self.folder / name / "tahoe.cfg"
        text = path.read_text()
        line = f"[{section}]\nforce_foolscap = true\n"
        path.write_text(text.replace(f"[{section}]\n", line, 1) if f"[{section}]" in text else f"{text}\n{line}")

    def _run(self, name: str) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        with log:
            command = [str(self.tahoe), "run", str(self.folder / name)]
            # nodes end when their standard input does, so they cannot outlive this program
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
            )

    def _wait_for(self, path: Path) -> str:
        deadline = time.monotonic() + READY_SECONDS
        while not path.exists() or not path.read_text().strip():
            _tick(deadline, f"expected {path} to appear")
        return path.read_text().strip()

    def _wait_for_nodes(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                servers = json.loads(self._request("GET", "/?t=json"))["servers"]
                if sum(server["connection_status"].lower().startswith("connected") for server in servers) == NODES:
                    return
            except OSError:
                pass  # the gateway does not listen yet
            _tick(deadline, f"expected the gateway to reach {NODES} nodes")

    def _request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway_port, timeout=120)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status not in (200, 201):
            raise AssertionError(f"expected {method} {path[:40]} to work, got {answer.status}: {content[:300]!r}")
        return content


def _listening() -> list[str]:
    port = _free_port()
    return ["--listen=tcp", f"--port=tcp:{port}:interface=127.0.0.1", f"--location=tcp:127.0.0.1:{port}"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _tick(deadline: float, expected: str) -> None:
    if time.monotonic() > deadline:
        raise AssertionError(f"{expected} within {READY_SECONDS:g} s")
    time.sleep(0.1)
