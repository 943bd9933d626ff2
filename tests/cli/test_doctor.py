"""`walrus doctor`: what it finds when something is missing, and how it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Stage
from tests.finished import Done
from walrus_cli.doctor.nodes import _skew, _version


def found(done: Done) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in done.json["checks"]}


def rewritten(stage: Stage, path: Path, **changes: object) -> Path:
    """The stage's configuration with other values; `None` leaves a key out."""
    document = {**yaml.safe_load(stage.config.read_text()), **changes}
    file = path / "changed.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in document.items() if value is not None}))
    return file


def test_without_nodes_the_chain_is_well_and_the_nodes_are_not(stage: Stage) -> None:
    done = stage.walrus("doctor", "--json")
    checks = found(done)
    assert (done.code, done.json["ok"], done.err) == (1, False, "")
    well = ("config", "wallet", "chain", "contracts", "SUI", "WAL", "versions", "tools")
    assert {name: checks[name]["status"] for name in well} == dict.fromkeys(well, "ok")
    # its epochs last a millisecond, and nobody ends them
    assert (checks["epoch"]["status"], checks["nodes"]["status"]) == ("warn", "fail")
    assert "it should have ended at" in checks["epoch"]["message"]
    assert "0 of 4 answer, with 0 of 13 shards: 5 are needed to read, 9 to store" in checks["nodes"]["message"]
    assert checks["nodes"]["hint"]
    assert {checks[name]["status"] for name in ("kernels", "disk")} <= {"ok", "warn"}  # as the machine is
    text = stage.walrus("doctor")
    assert text.code == 1
    assert f"ok    config        {stage.config}" in text.out
    assert "fail  nodes         0 of 4 answer" in text.out
    assert text.out.splitlines()[-1].endswith("1 fail")


def test_an_empty_wallet_and_none_at_all(stage: Stage, tmp_path: Path) -> None:
    empty = stage.walrus("doctor", "--json", wallet=stage.wallet(tmp_path, sui=False))
    checks = found(empty)
    assert (checks["SUI"]["status"], checks["WAL"]["status"]) == ("fail", "warn")
    assert "walrus get-wal" in checks["WAL"]["hint"]
    none = stage.walrus("doctor", "--json", "--config", rewritten(stage, tmp_path, wallet_config=None))
    assert found(none)["wallet"]["status"] == "warn"
    assert "generate-sui-wallet" in found(none)["wallet"]["hint"]
    assert "SUI" not in found(none)
    absent = stage.walrus("doctor", "--json", "--wallet", tmp_path / "absent.yaml")
    assert found(absent)["wallet"]["status"] == "fail"


def test_a_keystore_that_others_can_read(stage: Stage, tmp_path: Path) -> None:
    wallet = stage.wallet(tmp_path)
    (tmp_path / "sui.keystore").chmod(0o644)
    check = found(stage.walrus("doctor", "--json", wallet=wallet))["wallet"]
    assert (check["status"], check["hint"]) == ("warn", f"chmod 600 {tmp_path / 'sui.keystore'}")


@pytest.mark.parametrize(
    ("described", "version"),
    [
        (b'{"info": {"version": "1.2.3"}}', "1.2.3"),
        (b'{"info": {"version": "' + b"9" * 99 + b'"}}', "9" * 40),
        (b"<!doctype html>", None),
        (b"[" * 100_000, None),
        (b'{"info": 3}', None),
        (b"", None),
    ],
)
def test_the_version_of_a_node_is_taken_where_it_tells(described: bytes, version: str | None) -> None:
    assert _version(described) == version


@pytest.mark.parametrize("date", ["Fri, 20 Nov 2026 12:41:44 GMT", "yesterday", ""])
def test_the_clock_of_a_node_is_compared_where_it_tells(date: str) -> None:
    expected = datetime(2026, 11, 20, 12, 41, 44, tzinfo=UTC).timestamp() - time.time() if "GMT" in date else 0
    assert abs(_skew(date) - expected) < 60


@pytest.mark.parametrize(
    ("change", "name", "status"),
    [
        ({"rpc_urls": ["http://127.0.0.1:1"]}, "chain", "fail"),
        ({"system_object": "0x6"}, "contracts", "fail"),
        ({"system_object": "0x1234"}, "contracts", "fail"),
        ({"n_shards": 1000}, "epoch", "fail"),
        ({"rpc_urls": "http://x"}, "config", "fail"),
    ],
    ids=["unreachable", "no System", "no object", "shards", "no configuration"],
)
def test_what_is_wrong_is_told_with_a_remedy_and_what_depends_on_it_is_left_out(
    change: dict[str, object], name: str, status: str, stage: Stage, tmp_path: Path
) -> None:
    done = stage.walrus("doctor", "--json", "--config", rewritten(stage, tmp_path, **change))
    checks = found(done)
    assert (done.code, checks[name]["status"]) == (1, status)
    assert checks[name]["hint"]
    assert "nodes" not in checks
    assert checks["versions"]["status"] == "ok"
