"""`walrus node …` on the command line: what it makes, prints and refuses."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from walrus_cli.main import run
from walrus_localnet.testbed.ports import free_ports

NETWORK = """\
system_object: "0x1"
staking_object: "0x2"
rpc_urls: ["http://127.0.0.1:1"]
"""


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = run([*words, "--json"])
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, document


def error_code(document: dict[str, object]) -> str:
    error = document["error"]
    assert isinstance(error, dict)
    return str(error["code"])


@pytest.fixture
def client_config(tmp_path: Path) -> str:
    path = tmp_path / "client_config.yaml"
    path.write_text(NETWORK)
    return str(path)


@pytest.mark.parametrize(("kind", "size"), [("protocol", 48), ("network", 33)])
def test_keygen(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, size: int) -> None:
    path = tmp_path / "key"
    code, document = ask(capsys, "node", "keygen", str(path), "--kind", kind)
    assert code == 0
    assert len(bytes.fromhex(str(document["publicKey"]))) == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    code, document = ask(capsys, "node", "keygen", str(path), "--kind", kind)
    assert (code, error_code(document), path.read_text()) == (3, "config", text)


def test_keygen_as_pem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "key.pem"
    code, document = ask(capsys, "node", "keygen", str(path), "--kind", "network", "--format", "pem")
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    public = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    assert (code, document["publicKey"]) == (0, public.hex())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("kind", "form"), [("quantum", "tagged"), ("protocol", "pem"), ("network", "jpeg")])
def test_keygen_of_an_unknown_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, form: str
) -> None:
    words = ["node", "keygen", str(tmp_path / "key"), "--kind", kind, "--format", form]
    code, document = ask(capsys, *words)
    assert (code, error_code(document)) == (3, "config")
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize(
    ("scheme", "flags", "speaks_tls"),
    [(None, [], True), ("http", [], False), (None, ["--no-tls"], False), ("http", ["--tls"], True)],
)
def test_setup_chooses_what_the_networks_clients_expect(
    tmp_path: Path,
    client_config: str,
    capsys: pytest.CaptureFixture[str],
    scheme: str | None,
    flags: list[str],
    speaks_tls: bool,
) -> None:
    if scheme is not None:
        Path(client_config).write_text(NETWORK + f"storage_node_url_scheme: {scheme}\n")
    words = ["node", "setup", str(tmp_path / "node"), "--name", "one", "--public-host", "node.example", *flags]
    words += ["--storage-price", "7", "--write-price", "8", "--node-capacity", "9", "--config", client_config]
    code, document = ask(capsys, *words)
    assert code == 0
    values = yaml.safe_load(Path(str(document["config"])).read_text())
    assert values["tls"] == {"disable_tls": not speaks_tls}
    assert values["peer_url_scheme"] == ("https" if speaks_tls else "http")
    assert values["voting_params"] == {"storage_price": 7, "write_price": 8, "node_capacity": 9}


def test_setup_then_everything_that_needs_a_network(
    tmp_path: Path, client_config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["node", "setup", str(tmp_path / "node"), "--name", "one", "--public-host", "127.0.0.1"]
    words += ["--public-port", "1", "--config", client_config]
    code, document = ask(capsys, *words)
    assert code == 0
    config = str(document["config"])
    assert "storage_node_cap" not in Path(config).read_text()

    code, document = ask(capsys, "node", "register", "--config", config)
    assert (code, error_code(document)) == (4, "chain_unreachable")
    code, document = ask(capsys, "node", "status", "--config", config)
    assert (code, error_code(document)) == (4, "node_unreachable")


def test_run_without_registration(
    tmp_path: Path, client_config: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    words = ["node", "setup", str(tmp_path / "node"), "--name", "one", "--public-host", "h"]
    words += ["--public-port", str(free_ports(1)[0]), "--config", client_config]
    _, document = ask(capsys, *words)
    assert run(["node", "run", "--config", str(document["config"])]) == 1
    assert "register the node on chain first" in caplog.text
