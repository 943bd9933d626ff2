"""Wallet files: the Sui tools' layout, private, replaced as a whole, refused when broken."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import yaml

from walrus_sui.bcs import sui
from walrus_sui.chain import Keypair, Wallet, read_keystore, write_keystore
from walrus_sui.errors import WalletError

URL = "http://127.0.0.1:9000"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_wallet_is_read_back_as_it_was_saved(tmp_path: Path) -> None:
    keypair = Keypair.generate()
    path = tmp_path / "wallet" / "client.yaml"
    Wallet(keypair, URL).save(path)
    loaded = Wallet.load(path)
    assert (loaded.keypair.address, loaded.rpc_url) == (keypair.address, URL)
    assert [mode(path), mode(path.parent / "sui.keystore")] == [0o600, 0o600]
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["client.yaml", "sui.keystore"]


def test_the_layout_is_that_of_the_sui_tools(tmp_path: Path) -> None:
    keypair = Keypair(bytes(range(32)))
    Wallet(keypair, URL).save(tmp_path / "client.yaml", environment="localnet")
    config = yaml.safe_load((tmp_path / "client.yaml").read_text())
    assert config["keystore"] == {"File": str(tmp_path / "sui.keystore")}
    assert config["active_env"] == config["envs"][0]["alias"] == "localnet"
    assert config["active_address"] == sui.format_address(keypair.address)
    # base64 of the flag 0 and the bytes 0 to 31
    assert json.loads((tmp_path / "sui.keystore").read_text()) == ["AAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"]


def test_the_active_of_several_keys_and_environments(tmp_path: Path) -> None:
    keypairs = [Keypair.generate() for _ in range(3)]
    write_keystore(tmp_path / "sui.keystore", keypairs)
    config = {
        "keystore": {"File": "sui.keystore"},
        "envs": [{"alias": "a", "rpc": "http://a:1"}, {"alias": "b", "rpc": "http://b:2"}],
        "active_env": "b",
        "active_address": sui.format_address(keypairs[1].address),
    }
    (tmp_path / "client.yaml").write_text(yaml.safe_dump(config))
    wallet = Wallet.load(tmp_path / "client.yaml")
    assert (wallet.keypair.address, wallet.rpc_url) == (keypairs[1].address, "http://b:2")
    assert [item.address for item in read_keystore(tmp_path / "sui.keystore")] == [k.address for k in keypairs]


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]", '["AA=="]', "\xff", "[" * 500_000, "[" * 2_000_000])
def test_a_broken_keystore(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sui.keystore"
    path.write_bytes(text.encode("latin1"))
    with pytest.raises(WalletError):
        read_keystore(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("keystore", None), ("keystore", {"File": "absent"}), ("keystore", {"File": 5}), ("active_env", "other"),
     ("active_address", "0x1"), ("active_address", "zz"), ("envs", "none"), ("envs", [{"alias": "local"}])],
)  # fmt: skip
def test_a_broken_configuration(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "client.yaml"
    Wallet(Keypair.generate(), URL).save(path)
    config = yaml.safe_load(path.read_text())
    config[field] = value
    path.write_text(yaml.safe_dump(config))
    with pytest.raises(WalletError):
        Wallet.load(path)


def test_a_wallet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WalletError, match="could not read"):
        Wallet.load(tmp_path / "client.yaml")
    (tmp_path / "client.yaml").write_text("a: [")
    with pytest.raises(WalletError, match="expected YAML"):
        Wallet.load(tmp_path / "client.yaml")
