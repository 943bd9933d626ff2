"""`walrus move`: builds and tests Move packages with the official compiler, offline."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Annotated

import typer

from walrus_cli import output
from walrus_cli.options import Json
from walrus_localnet.move.build import build as build_package
from walrus_localnet.move.build import write
from walrus_localnet.move.check import framework_difference
from walrus_localnet.move.choice import Choice, choose
from walrus_localnet.move.errors import PackageError
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_localnet.move.payload import publish_payload as payload_of
from walrus_localnet.move.unit_tests.engines import Engine, EngineReport
from walrus_localnet.move.unit_tests.engines import run_tests as run_on
from walrus_sui.bcs.sui import format_address, parse_address

app = typer.Typer(no_args_is_help=True)

PackagePath = Annotated[Path, typer.Argument(help="Folder that holds Move.toml.", show_default="here")]
Output = Annotated[Path | None, typer.Option("--output", help="Also write the modules and a manifest.json here.")]
Filter = Annotated[str, typer.Option("--filter", help="Only tests whose name contains this.")]
EngineOption = Annotated[Engine, typer.Option("--engine", help="The VM to run the tests on.")]
CompilerOption = Annotated[
    Choice,
    typer.Option(
        "--compiler", envvar="WALRUS_MOVE_COMPILER", help="The `sui` on PATH, or the pinned WASM build of it."
    ),
]
Published = Annotated[
    list[str] | None, typer.Option("--published", help="NAME=ID of a dependency whose manifest names no id.")
]


@app.command()
def build(
    path: PackagePath = Path(),
    output_directory: Output = None,
    compiler: CompilerOption = Choice.AUTO,
    json: Json = False,
) -> None:
    """Compile a package and say what came out."""
    built = build_package(Package.load(path, framework_directory()), choose(compiler, output.note))
    if built.warnings:
        output.note(built.warnings.rstrip())
    if output_directory is not None:
        output_directory.mkdir(parents=True, exist_ok=True)
        write(output_directory, [built])
    lines = [
        f"{name}: {len(module)} bytes" for name, module in zip(built.module_names, built.modules, strict=True)
    ]
    lines.append(f"{built.name} at {format_address(built.address)}: {sum(map(len, built.modules))} bytes in all")
    output.result({"package": built.name, **built.entry(), "warnings": built.warnings}, "\n".join(lines))


@app.command("test")
def run_tests(
    path: PackagePath = Path(),
    engine: EngineOption = Engine.BOTH,
    filter_: Filter = "",
    compiler: CompilerOption = Choice.AUTO,
    json: Json = False,
) -> None:
    """Run the unit tests of a package on the official Move VM and on ours; a difference is a failure."""
    package = Package.load(path, framework_directory(), tests=True)
    chosen = choose(compiler, output.note)
    report = run_on(package, chosen, engine, lambda name: filter_ in name)
    output.result({"compiler": str(chosen), **_document(report)}, _summary(report))
    if not report.passed:
        raise typer.Exit(1)


@app.command("publish-payload")
def publish_payload(
    path: PackagePath = Path(),
    published: Published = None,
    compiler: CompilerOption = Choice.AUTO,
    json: Json = False,
) -> None:
    """Compile a package into what a publish transaction carries: modules and digest in base64, dependencies."""
    package = Package.load(path, framework_directory())
    built = build_package(package, choose(compiler, output.note))
    payload = payload_of(package, built, dict(map(_name_and_id, published or [])))
    document = {
        "compiler": built.compiler,
        "modules": [base64.b64encode(module).decode() for module in payload.modules],
        "dependencies": [format_address(dependency) for dependency in payload.dependencies],
        "digest": base64.b64encode(payload.digest).decode(),
    }
    lines = [f"{key}: {' '.join(value) if isinstance(value, list) else value}" for key, value in document.items()]
    output.result(document, "\n".join(lines))


@app.command("check-framework")
def check_framework(json: Json = False) -> None:
    """Compare the framework with the interfaces of the real one: what is not as there, and what is left out."""
    difference = framework_difference()
    lines = [f"not as in the real framework: {line}" for line in difference.extra]
    lines += [f"left out: {line}" for line in difference.missing]
    lines.append(f"{len(difference.extra)} declarations differ, {len(difference.missing)} are left out")
    output.result({"differ": difference.extra, "leftOut": difference.missing}, "\n".join(lines))
    if difference.extra:
        raise typer.Exit(1)


def _name_and_id(text: str) -> tuple[str, bytes]:
    name, equals, package_id = text.partition("=")
    if not name or not equals:
        raise PackageError(f"expected NAME=ID, got {text!r}")
    return name, parse_address(package_id)


def _document(report: EngineReport) -> dict[str, object]:
    return {
        "passed": sum(verdict.passed for verdict in report.verdicts),
        "failed": sum(not verdict.passed for verdict in report.verdicts),
        "differing": [verdict.name for verdict in report.verdicts if verdict.differs],
        "tests": [
            {
                "name": verdict.name,
                "official": verdict.official.value if verdict.official else None,
                "vm": verdict.own.value if verdict.own else None,
            }
            for verdict in report.verdicts
        ],
        "reports": {engine.value: engine_report.text for engine, engine_report in report.reports.items()},
    }


def _summary(report: EngineReport) -> str:
    lines = []
    for engine, engine_report in report.reports.items():
        lines += [f"On {engine.value}:", engine_report.text.strip(), ""]
    lines += [f"the engines differ on {verdict.name}" for verdict in report.verdicts if verdict.differs]
    failed = sum(not verdict.passed for verdict in report.verdicts)
    lines.append(f"{len(report.verdicts) - failed} of {len(report.verdicts)} tests passed")
    return "\n".join(lines)
