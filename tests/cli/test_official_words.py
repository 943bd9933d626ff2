"""The command line against the words of Walrus' own tool (protocol.md §6.1): commands, options, defaults.

What is listed as lacking is checked to be lacking, so that the list cannot go stale.
"""

from __future__ import annotations

import pytest

from walrus_cli.main import COMMANDS, run
from walrus_cli.reference import Command, commands, global_options

GLOBAL = "--config --context --wallet --gas-budget --json --trace-cli"
ALIASES = {"store": "write", "list-patches-in-quilt": "resolve-quilt"}
COMMON_STORE = (
    "--epochs --earliest-expiry-time --end-epoch --dry-run --force --ignore-resources --deletable --permanent "
    "--share --upload-relay --skip-tip-confirmation"
)
OPTIONS = {
    "store": COMMON_STORE,
    "store-quilt": "--paths --blobs",
    "read": "--out --rpc-url --strict-consistency-check --skip-consistency-check",
    "read-quilt": "--quilt-id --identifiers --tag --quilt-patch-ids --out",
    "list-patches-in-quilt": "",
    "blob-status": "--file --blob-id --timeout",
    "info": "",
    "health": "--node-ids --node-urls --committee --active-set --detail --sort-by --concurrent-requests",
    "blob-id": "--n-shards",
    "convert-blob-id": "",
    "list-blobs": "--include-expired",
    "delete": "--files --blob-ids --object-ids --yes --no-status-check",
    "burn-blobs": "--object-ids --all --all-expired --yes",
    "extend": "--blob-obj-id --epochs-extended --shared",
    "share": "--blob-obj-id --amount",
    "fund-shared-blob": "--shared-blob-obj-id --amount",
    "get-blob-attribute": "",
    "set-blob-attribute": "",
    "remove-blob-attribute": "",
    "remove-blob-attribute-fields": "",
    "get-wal": "--exchange-id --amount",
    "stake": "--node-ids --amounts",
    "request-withdraw-stake": "",
    "withdraw-stake": "",
    "list-staked-wal": "",
    "generate-sui-wallet": "",
    "completion": "",
    "json": "",
    "publisher": "",
    "aggregator": "",
    "daemon": "",
}
LACKING_COMMANDS: set[str] = {"publisher", "aggregator", "daemon"}
NODE_ADMIN = (
    "collect-commission vote-for-upgrade set-governance-authorized set-commission-authorized package-digest"
)
LACKING_OPTIONS: dict[str, str] = {
    "store": "--upload-relay --skip-tip-confirmation",
}
DEFAULTS = {
    ("get-wal", "--amount"): "0.5SUI",
    ("stake", "--amounts"): "1WAL",
    ("health", "--concurrent-requests"): "60",
    ("encode", "--n-shards"): "1000",
}
SECTIONS = "all epoch storage size price bft coin committee"


def command(name: str) -> Command:
    return next(item for item in commands() if item.path == (name,))


def flags(name: str) -> set[str]:
    return {flag for item in command(name).options for flag in (*item.flags, *item.off_flags)}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_command_has_the_options_it_has_in_walrus(name: str) -> None:
    if name in LACKING_COMMANDS:
        assert name not in COMMANDS
        return
    lacking = set(LACKING_OPTIONS.get(name, "").split())
    assert set(OPTIONS[name].split()) - flags(name) == lacking
    if name in ALIASES:
        assert command(name).aliases == (ALIASES[name],)


def test_what_operators_do_on_chain_has_the_names_of_walrus() -> None:
    names = {item.path[1] for item in commands() if item.path[0] == "node-admin"}
    assert names == set(NODE_ADMIN.split())


def test_options_for_all_may_stand_before_the_command_and_after_it() -> None:
    before = {flag for item in global_options() for flag in item.flags}
    assert set(GLOBAL.split()) <= before
    for name in ("store", "read", "blob-status", "info", "stake", "delete"):
        assert set(GLOBAL.split()) <= flags(name)


@pytest.mark.parametrize(("name", "flag"), DEFAULTS)
def test_defaults_are_those_of_walrus(name: str, flag: str) -> None:
    (option,) = [item for item in command(name).options if flag in item.flags]
    assert option.default == DEFAULTS[name, flag]


def test_info_has_the_sections_of_walrus(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "nothing"]) == 2
    listed = capsys.readouterr().err
    assert all(f"'{section}'" in listed for section in SECTIONS.split())


def test_every_option_has_a_variable_that_is_named_after_it() -> None:
    for item in commands():
        for option in item.options:
            name = next(flag for flag in option.flags if flag.startswith("--"))[2:]
            paths = (item.path[:length] for length in range(len(item.path) + 1))  # one for a group, or for all
            named = {"_".join(("WALRUS", *path, name)).replace("-", "_").upper() for path in paths}
            assert option.variable in named, (item.path, option.flags)


def test_every_option_and_argument_says_what_it_is_for() -> None:
    for item in commands():
        assert item.help.endswith("."), item.path
        for parameter in item.parameters:
            assert parameter.help, (item.path, parameter.name)


def test_every_command_answers_in_json() -> None:
    silent = {item.path for item in commands() if "--json" not in {f for o in item.options for f in o.flags}}
    assert silent == {("node", "run")}  # it logs, and answers nothing
