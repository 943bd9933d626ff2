"""`walrus move`: builds and tests Move packages with the official compiler, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from walrus_cli import output
from walrus_cli.options import Json
from walrus_localnet.move.build import build as build_package
from walrus_localnet.move.build import write
from walrus_localnet.move.check import framework_difference
from walrus_localnet.move.compiler import Compiler, Outcome, TestReport
from walrus_localnet.move.framework import framework_directory
from walrus_localnet.move.package import Package
from walrus_sui.bcs.sui import format_address

app = typer.Typer(no_args_is_help=True)

PackagePath = Annotated[Path, typer.Argument(help="Folder that holds Move.toml.", show_default="here")]
Output = Annotated[Path | None, typer.Option("--output", help="Also write the modules and a manifest.json here.")]


@app.command()
def build(path: PackagePath = Path(), output_directory: Output = None, json: Json = False) -> None:
    """Compile a package and say what came out."""
    package = Package.load(path, framework_directory())
    built = build_package(package, Compiler())
    if output_directory is not None:
        output_directory.mkdir(parents=True, exist_ok=True)
        write(output_directory, [built])
    lines = [
        f"{name}: {len(module)} bytes" for name, module in zip(built.module_names, built.modules, strict=True)
    ]
    lines.append(f"{built.name} at {format_address(built.address)}: {sum(map(len, built.modules))} bytes in all")
    output.result({"package": built.name, **built.entry()}, "\n".join(lines))


@app.command("test")
def run_tests(path: PackagePath = Path(), json: Json = False) -> None:
    """Run the unit tests of a package on the official Move VM. Signature checks of BLS accept anything there."""
    report = Compiler().test(Package.load(path, framework_directory()))
    output.result(_document(report), report.text.strip())
    if not report.passed:
        raise typer.Exit(1)


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


def _document(report: TestReport) -> dict[str, object]:
    return {
        "passed": sum(result.outcome is Outcome.PASSED for result in report.results),
        "failed": sum(result.outcome is not Outcome.PASSED for result in report.results),
        "tests": [{"name": result.name, "outcome": result.outcome.value} for result in report.results],
        "report": report.text,
    }
