"""Native functions of the framework (move_toolchain.md §4): importing this package fills the registry."""

from walrus_localnet.vm.natives import crypto, ecdsa, ecvrf, groups, objects, std
from walrus_localnet.vm.natives.registry import NATIVES

__all__ = ["NATIVES", "crypto", "ecdsa", "ecvrf", "groups", "objects", "std"]
