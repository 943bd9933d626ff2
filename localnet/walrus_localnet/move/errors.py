"""Errors of the Move toolchain.

WalrusError
└── MoveError
    ├── PackageError     a Move.toml or a folder that is not a usable package
    ├── CompileError     the compiler refused the sources; the message is its diagnostics
    ├── CompilerError    the compiler itself cannot be trusted, or stopped in the middle
    │   └── CompilerUnavailable   it is not here and cannot be fetched
    └── ArtifactError    compiled packages that are missing or not what their manifest says
"""

from __future__ import annotations

from walrus_sui.errors import WalrusError


class MoveError(WalrusError):
    """Base of all errors of the Move toolchain."""

    code = "move"


class PackageError(MoveError):
    """A manifest or folder that does not describe a Move package this toolchain can build."""

    code = "move_package"


class CompileError(MoveError):
    """Sources the compiler refused. The message holds its diagnostics as it prints them."""

    code = "move_compile"


class CompilerError(MoveError):
    """The compiler is not the pinned one, or it stopped without an answer."""

    code = "move_compiler"


class CompilerUnavailable(CompilerError):
    """The compiler is not on this machine and cannot be fetched."""

    code = "move_compiler_unavailable"


class ArtifactError(MoveError):
    """Compiled packages that are missing, incomplete or different from what their manifest says."""

    code = "move_artifact"
