"""Finding and reading `client_config.yaml`."""

from __future__ import annotations

import pytest

from walrus_sui.chain import Keypair, Wallet
from walrus_sui.client import WalrusClient, sync
from walrus_sui.config import ClientConfig, WalletConfig, find_config, load_config, write_config
from walrus_sui.errors import ConfigError, WalletError

MINIMAL = "system_object: '0x01'\nstaking_object: '0x0a'\nrpc_urls: [http://127.0.0.1:9000]\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for variable in ("WALRUS_CONFIG", "WALRUS_CONTEXT"):
        monkeypatch.delenv(variable, raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


def put(path, n_shards):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MINIMAL + f"n_shards: {n_shards}\n")
    return path


def test_the_nearest_file_wins_and_the_local_network_comes_last(home, monkeypatch):
    put(home / "data" / "walrus-sui" / "localnet" / "client_config.yaml", 10)
    assert find_config().n_shards == 10
    put(home / "home" / ".walrus" / "client_config.yml", 20)
    assert find_config().n_shards == 20
    put(home / "home" / ".config" / "walrus" / "client_config.yaml", 30)
    assert find_config().n_shards == 30
    put(home / "xdg" / "client_config.yaml", 40)
    assert find_config().n_shards == 40
    put(home / "work" / "client_config.yaml", 50)
    assert find_config().n_shards == 50
    monkeypatch.setenv("WALRUS_CONFIG", str(put(home / "elsewhere" / "c.yaml", 60)))
    assert find_config().n_shards == 60
    assert find_config(put(home / "given.yaml", 70)).n_shards == 70


def test_none_at_all_says_what_to_do(home):
    with pytest.raises(ConfigError, match="found none") as caught:
        find_config()
    assert "walrus localnet up" in (caught.value.hint or "")


def test_a_file_that_was_asked_for_must_be_there(home):
    with pytest.raises(ConfigError, match="No such file"):
        find_config(home / "missing.yaml")


def test_what_is_written_is_read_again(tmp_path):
    wallet = WalletConfig(tmp_path / "client.yaml", b"\x07" * 32)
    config = ClientConfig(
        b"\x01" * 32, b"\x02" * 32, ("http://127.0.0.1:9000",), 130, wallet, "http", (b"\x03" * 32,)
    )
    write_config(tmp_path / "c.yaml", config)
    found = load_config(tmp_path / "c.yaml")
    assert (found.system_object, found.staking_object) == (b"\x01" * 32, b"\x02" * 32)
    assert (found.rpc_url, found.n_shards, found.wallet) == ("http://127.0.0.1:9000", 130, wallet)
    assert (found.node_scheme, found.source) == ("http", tmp_path / "c.yaml")
    assert found.exchange_objects == (b"\x03" * 32,)


def test_a_configuration_of_the_official_client_can_be_used(tmp_path):
    path = tmp_path / "client_config.yaml"
    path.write_text(
        "contexts:\n"
        "  mainnet:\n"
        "    system_object: 0x2134d52768ea07e8c43570ef975eb3e4c27a39fa6396bef985b5abc58d03ddd2\n"
        "    staking_object: 0x10b9d30c28448939ce6c4d6c6e0ffce4a7f8a4ada8248bdad09ef8b70e4a3904\n"
        "    exchange_objects: []\n"
        "    wallet_config: {path: ~/.sui/sui_config/client.yaml, active_env: mainnet}\n"
        "    rpc_urls: [https://fullnode.mainnet.sui.io:443]\n"
        "    communication_config: {max_concurrent_writes: 10}\n"
        "default_context: mainnet\n"
    )
    config = load_config(path)
    assert config.system_object.hex().startswith("2134d527")
    assert config.node_scheme == "https"
    assert config.exchange_objects == ()
    assert config.wallet is not None
    assert config.wallet.path.is_absolute()
    with pytest.raises(ConfigError, match="expected one of the contexts mainnet"):
        load_config(path, "testnet")


CONTEXTS = (
    "default_context: one\n"
    "contexts:\n"
    "  one: {system_object: '0x1', staking_object: '0xa', rpc_urls: [http://one]}\n"
    "  two: {system_object: '0x2', staking_object: '0xb', rpc_urls: [http://two], n_shards: 7}\n"
)


def test_a_context_is_taken_by_flag_then_variable_then_default(home, monkeypatch):
    (home / "work" / "client_config.yaml").write_text(CONTEXTS)
    assert (find_config().rpc_url, find_config().context) == ("http://one", "one")
    monkeypatch.setenv("WALRUS_CONTEXT", "two")
    assert (find_config().rpc_url, find_config().n_shards) == ("http://two", 7)
    assert find_config(context="one").rpc_url == "http://one"
    with pytest.raises(ConfigError, match=r"expected one of the contexts one, two in .*, got 'three'") as caught:
        find_config(context="three")
    assert "--context" in (caught.value.hint or "")


@pytest.mark.parametrize("kind", [WalrusClient, sync.WalrusClient])
def test_a_client_is_of_the_context_it_is_asked_for(home, kind):
    (home / "work" / "client_config.yaml").write_text(CONTEXTS)
    assert kind.from_config(context="two")
    with pytest.raises(ConfigError, match="got 'three'"):
        kind.from_config(context="three")


def test_a_context_of_a_file_without_any_is_refused(home):
    with pytest.raises(ConfigError, match="but the file has no contexts"):
        find_config(put(home / "c.yaml", 10), "one")


def test_the_wallet_of_the_sui_tool_and_its_full_node_are_used_unless_others_are_named(home):
    wallet = home / "home" / ".sui" / "sui_config" / "client.yaml"
    Wallet(Keypair.generate(), "http://of-the-wallet").save(wallet, environment="testnet")
    path = home / "c.yaml"
    ids = "system_object: '0x01'\nstaking_object: '0x0a'\n"
    path.write_text(ids + "wallet_config: {}\n")
    config = load_config(path)
    assert (config.rpc_url, config.wallet) == ("http://of-the-wallet", WalletConfig(wallet))
    path.write_text(ids + "wallet_config: {active_env: testnet}\n")
    assert load_config(path).rpc_url == "http://of-the-wallet"
    path.write_text(ids + "wallet_config: {active_env: mainnet}\n")
    with pytest.raises(WalletError, match="expected an environment 'mainnet'"):
        load_config(path)


def test_short_ids_are_padded_and_numbers_taken(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text("system_object: 0x0102\nstaking_object: '0xab'\nrpc_urls: [http://x]\n")
    config = load_config(path)
    assert config.system_object == bytes(30) + b"\x01\x02"
    assert config.staking_object == bytes(31) + b"\xab"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- a list", "expected the file of"),
        ("a: [", "expected YAML"),
        ("rpc_urls: [x]\nstaking_object: '0x1'\n", "expected system_object"),
        (MINIMAL.replace("'0x01'", "'01'"), "expected system_object"),
        (MINIMAL.replace("'0x01'", "'0xzz'"), "expected system_object"),
        (MINIMAL.replace("'0x01'", "'0x" + "1" * 65 + "'"), "expected system_object"),
        (MINIMAL.replace("[http://127.0.0.1:9000]", "http://x"), "expected rpc_urls"),
        (MINIMAL.replace("[http://127.0.0.1:9000]", "[]"), "expected rpc_urls"),
        (MINIMAL + "exchange_objects: '0x1'\n", "expected exchange_objects"),
        (MINIMAL + "exchange_objects: [-1]\n", r"expected exchange_objects\[0\]"),
        (MINIMAL + "exchange_objects: ['0x1', x]\n", r"expected exchange_objects\[1\]"),
        (MINIMAL + "n_shards: many\n", "expected n_shards"),
        (MINIMAL + "wallet_config: {path: [x]}\n", "expected wallet_config.path"),
        (MINIMAL + "wallet_config: {active_env: 7}\n", "expected wallet_config.active_env"),
        ("system_object: '0x1'\nstaking_object: '0x2'\n", "expected rpc_urls"),
        (MINIMAL + "storage_node_url_scheme: ftp\n", "to be http or https"),
        ("contexts: {a: {}}\n", "expected one of the contexts a"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(tmp_path, text, complaint):
    path = tmp_path / "c.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        load_config(path)
