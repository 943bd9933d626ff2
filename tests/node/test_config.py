"""walrus-node.yaml and key files: what is read back, and what is refused with the reason."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from walrus_node import operator
from walrus_node.config import NodeConfig
from walrus_node.keys import generate_network_key, load_network_public_key, load_protocol_key
from walrus_sui.chain import Wallet
from walrus_sui.crypto.keys import SECP256R1_FLAG, format_key
from walrus_sui.errors import ConfigError

SYSTEM, STAKING = bytes(31) + b"\1", bytes(31) + b"\2"


def make(folder: Path, **changes: Any) -> operator.Setup:
    usual = {
        "name": "one",
        "public_host": "node.example",
        "public_port": 9185,
        "rpc": "http://127.0.0.1:9000",
        "system_object": SYSTEM,
        "staking_object": STAKING,
    }
    return operator.setup(folder, **usual | changes)


def edited(folder: Path, **changes: Any) -> Path:
    path = make(folder).config_path
    values = yaml.safe_load(path.read_text()) | changes
    path.write_text(yaml.safe_dump({key: value for key, value in values.items() if value is not None}))
    return path


def test_setup_makes_a_folder_that_loads(tmp_path: Path) -> None:
    made = make(tmp_path)
    config = NodeConfig.load(made.config_path)
    assert config == made.config
    assert config.network_address == "node.example:9185"
    assert config.listen == ("127.0.0.1", 9185)
    assert config.storage_path == tmp_path / "db"
    assert (config.sui.system_object, config.sui.staking_object) == (SYSTEM, STAKING)
    assert load_protocol_key(config.protocol_key_pair.path).public_key
    assert len(load_network_public_key(config.network_key_pair.path)) == 33
    assert Wallet.load(config.sui.wallet_config).keypair.address == made.keypair.address


def test_the_file_uses_the_names_and_spelling_of_walrus(tmp_path: Path) -> None:
    values = yaml.safe_load(make(tmp_path).config_path.read_text())
    assert values["protocol_key_pair"] == {"path": "protocol.key"}
    assert values["sui"]["system_object"] == "0x" + "0" * 63 + "1"
    assert values["voting_params"].keys() == {"storage_price", "write_price", "node_capacity"}
    assert "storage_node_cap" not in values


def test_only_the_owner_reads_keys_and_configuration(tmp_path: Path) -> None:
    make(tmp_path)
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_setup_replaces_nothing(tmp_path: Path) -> None:
    make(tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match="expected no node in"):
        make(tmp_path)
    (tmp_path / "walrus-node.yaml").unlink()
    with pytest.raises(ConfigError, match="expected no key at"):
        make(tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()}.items() <= before.items()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "name: Field required"),
        ({"public_port": 70000}, "public_port: Input should be less than or equal to 65535"),
        ({"storage_node_cap": "0xzz"}, "storage_node_cap: expected an address"),
        ({"storage_node_cap": 17}, "expected an address as quoted text"),
        ({"storage_pth": "x"}, "storage_pth: no such setting"),
        ({"commission_rate": 10_001}, "commission_rate"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = edited(tmp_path, **changes)
    with pytest.raises(ConfigError) as caught:
        NodeConfig.load(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("address", ["9185", "127.0.0.1", "host:port", "host:99999", ":1"])
def test_wrong_listening_address(tmp_path: Path, address: str) -> None:
    for setting in ("rest_api_address", "metrics_address"):
        with pytest.raises(ConfigError, match=f"{setting}: expected host:port, got '{address}'"):
            NodeConfig.load(edited(tmp_path / setting, **{setting: address}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_port": 70_000},
        {"rest_api_address": "everywhere"},
        {"commission_rate": 10_001},
        {"voting_params": {"node_capacity": -1}},
        {"name": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_nothing_is_written_for_wrong_settings(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        make(tmp_path, **wrong)
    assert not list(tmp_path.iterdir())


def test_settings_of_official_nodes_are_accepted_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    NodeConfig.load(edited(tmp_path, balance_check={}, metrics_push={}))
    assert "have no effect in this node: balance_check, metrics_push" in caplog.text


@pytest.mark.parametrize(
    ("tls", "url"),
    [
        (None, "http://node.example:9185"),
        ({"disable_tls": True}, "http://node.example:9185"),
        ({}, "https://node.example:9185"),
        ({"certificate_path": "chain.pem"}, "https://node.example:9185"),
    ],
)
def test_tls_is_what_the_section_says(tmp_path: Path, tls: dict[str, Any] | None, url: str) -> None:
    config = NodeConfig.load(edited(tmp_path, tls=tls))
    assert config.url == url
    certificate = config.tls and config.tls.certificate_path
    assert certificate == (tmp_path / "chain.pem" if tls and "certificate_path" in tls else None)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "a: [", "\0", "x" * (1 << 20) + "x"])
def test_files_that_are_no_configuration(tmp_path: Path, text: str) -> None:
    path = tmp_path / "walrus-node.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError):
        NodeConfig.load(path)


def test_keys_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(ConfigError, match="cannot read the key"):
        load_protocol_key(path)
    path.write_text("nonsense")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="expected a BLS12-381 key"):
        load_protocol_key(path)
    path.unlink()
    generate_network_key(path)
    with pytest.raises(ConfigError, match="expected a BLS12-381 key"):
        load_protocol_key(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="readable by its owner only"):
        load_network_public_key(path)


def test_network_public_key_of_a_known_scalar(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(format_key(SECP256R1_FLAG, bytes(31) + b"\1"))
    path.chmod(0o600)
    # the generator of P-256 (SEC 2, §2.4.2), compressed
    expected = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    assert load_network_public_key(path).hex() == expected
