"""Names, arguments and layouts in the compiled contracts against those of the official ones, listed in abi.txt."""

from __future__ import annotations

import re
from pathlib import Path

from walrus_localnet.move.abi import Interface, interface_of, parse_interface
from walrus_localnet.move.artifacts import built_package
from walrus_localnet.vm.bytecode import read_module

TABLE = (Path(__file__).parent / "abi.txt").read_text()
NAMES, LINES = TABLE.split("HOMES", 1)[1].split("##", 1)
EXPECTED = parse_interface("##" + LINES)
ABILITIES = ("copy", "drop", "store", "key")

EXTENDED = {"SystemStateInnerV1", "StakingInnerV1", "StakingPool", "SlashingManager"}
"""Layouts with fields of our own behind the official ones, where the official clients do not look."""
RECORDS_BLOBS = {
    "certify_blob",
    "delete_blob",
    "extend_blob_with_resource",
    "invalidate_blob_id",
    "certify_pooled_blob",
    "delete_pooled_blob",
}
"""Functions that keep the registry of live blobs, so they change `System`; clients see from the package whether an
object is changed."""
OTHERWISE = {
    # a claim on the pool that holds the WAL: the same bytes
    "struct StakedWal": ("principal: Balance<WAL>", "principal: u64"),
}
PARTS = {
    "shares: ShareLedger": "share_ledger::ShareLedger",
    "exchange_rates: RateHistory": "share_ledger::RateHistory",
}
"""Fields of a pool that are structs here and several fields there: the same bytes."""


def homes() -> dict[str, str]:
    """Type name -> module, from the table."""
    found = {}
    for line in NAMES.splitlines():
        if line.strip():
            *names, module = line.split()
            found.update(dict.fromkeys(names, module))
    return found


def compiled() -> Interface:
    """The contracts' interface in the words of the table."""
    walrus = built_package("walrus")
    packages = {
        f"0x{int.from_bytes(walrus.placeholders['wal']):x}": "wal",
        f"0x{int.from_bytes(walrus.address):x}": "walrus",
    }
    found = interface_of(map(read_module, walrus.modules))
    wal = interface_of(map(read_module, built_package("wal").modules))
    interface = {module.replace("0x0::", "walrus::"): lines for module, lines in found.items()}
    interface |= {
        "wal::wal": frozenset(line.replace("0x0::wal::", "wal::wal::") for lines in wal.values() for line in lines)
    }
    return {module: frozenset(short(line, packages) for line in lines) for module, lines in interface.items()}


def short(line: str, packages: dict[str, str]) -> str:
    """Types by their names alone where they live in the module of the table, in full anywhere else."""
    for address, name in packages.items():
        line = line.replace(f"{address}::", f"{name}::")
    modules = homes()
    line = re.sub(r"&(mut )?0x2::tx_context::TxContext", "ctx", line)
    line = re.sub(
        r"(\w+::\w+)::(\w+)", lambda m: m[2] if modules.get(m[2], m[1]) == m[1] and m[2] in modules else m[0], line
    )
    return re.sub(r" has ([\w, ]+?) \{", lambda m: f" has {in_order(m[1])} {{", line)


def in_order(abilities: str) -> str:
    return ", ".join(sorted(abilities.split(", "), key=ABILITIES.index))


def flattened(line: str, interface: Interface) -> str:
    """With the parts of a pool written out."""
    for part, name in PARTS.items():
        module, struct = name.split("::")
        (declared,) = (item for item in interface[f"walrus::{module}"] if item.startswith(f"struct {struct} "))
        fields = declared[declared.index("{") + 2 : -2]
        line = re.sub(rf"{part.split()[0]} walrus::{name}", lambda _, fields=fields: fields, line)  # type: ignore[misc]
    return line


def here(line: str) -> str:
    """What the table says, with what is otherwise here on purpose."""
    name = re.match(r"(?:public |entry )*fun (\w+)", line)
    if name is not None and name[1] in RECORDS_BLOBS:
        return line.replace("(&System", "(&mut System")
    for head, (official, ours) in OTHERWISE.items():
        if line.startswith(head + " "):
            return line.replace(official, ours)
    return line


def is_there(line: str, found: set[str]) -> bool:
    longer = line.removesuffix(" }") + ", "
    return line in found or (line.split()[1] in EXTENDED and any(item.startswith(longer) for item in found))


def test_every_official_function_and_layout_is_there() -> None:
    interface = compiled()
    missing = []
    for module, lines in EXPECTED.items():
        found = {flattened(line, interface) for line in interface[module]}
        for line in sorted(map(here, lines)):
            if not is_there(line, found):
                head = re.split(r"[(<{]", line)[0]
                near = sorted(item for item in found if item.startswith(head))
                missing.append(f"{module}: expected {line}\n  got {near or 'nothing of that name'}")
    assert not missing, "\n".join(missing)


def test_what_is_otherwise_here_is_still_otherwise() -> None:
    """An exception that is none any more must go."""
    interface = compiled()
    for module, lines in EXPECTED.items():
        for line in lines:
            if here(line) != line:
                assert line not in interface[module]


def test_every_type_of_the_table_has_one_home_and_is_declared_there() -> None:
    interface = compiled()
    for name, module in homes().items():
        if not module.startswith("0x"):
            heads = {re.split(r"[ <]", line, maxsplit=2)[1] for line in interface[module] if "fun " not in line}
            assert name in heads, f"{name} is not in {module}"


def test_the_table_covers_what_clients_need() -> None:
    """The calls and layouts of the TypeScript client (contracts.md §6.2, §6.3) by name."""
    calls = {"reserve_space", "register_blob", "certify_blob", "delete_blob", "extend_blob"}
    attributes = {"add_metadata", "insert_or_update_metadata_pair", "remove_metadata_pair"}
    for module, names in (("system", calls), ("blob", attributes), ("staking", {"stake_with_pool"})):
        text = "\n".join(EXPECTED[f"walrus::{module}"])
        assert all(f"fun {name}(" in text for name in names)
    layouts = {line.split()[1] for lines in EXPECTED.values() for line in lines if "fun " not in line}
    assert layouts >= {
        "System", "SystemStateInnerV1", "Staking", "StakingInnerV1", "StakingPool", "StorageNodeInfo",
        "VotingParams", "PoolState", "Authorized", "Blob", "Storage", "Metadata", "EpochState", "Committee",
    }  # fmt: skip
