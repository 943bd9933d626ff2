"""Rules Sui adds to Move's: objects, initialisers, entry functions, and who may transfer or emit what."""

from __future__ import annotations

from walrus_localnet.vm.bytecode.opcodes import Op
from walrus_localnet.vm.errors import VerificationError
from walrus_localnet.vm.execution import Knowledge
from walrus_localnet.vm.linker import LinkedFunction, LinkedModule
from walrus_localnet.vm.shapes import CallShape, Shapes
from walrus_localnet.vm.types import BOOL, Ability, Datatype, Reference, Type

STD, SUI = (1).to_bytes(32, "big"), (2).to_bytes(32, "big")
SYSTEM_PACKAGES = frozenset(number.to_bytes(32, "big") for number in (1, 2, 3))
"""Only these may declare natives."""

TX_CONTEXT = Datatype(SUI, "tx_context", "TxContext")
INIT = "init"
_OWN_TYPES_ONLY = frozenset(
    {
        (SUI, "transfer", "transfer"),
        (SUI, "transfer", "party_transfer"),
        (SUI, "transfer", "share_object"),
        (SUI, "transfer", "freeze_object"),
        (SUI, "transfer", "receive"),
        (SUI, "event", "emit"),
        (SUI, "event", "emit_authenticated"),
        (SUI, "coin_registry", "new_currency"),
        (STD, "internal", "permit"),
    }
)
"""Generic functions that only take types of the module that calls them."""


def check_sui_rules(knowledge: Knowledge, linked: LinkedModule) -> None:
    """Raises `VerificationError`."""
    _check_calls(linked)
    witness = _check_init(knowledge, linked)
    if witness is not None:
        _check_never_packed(linked, witness)
    for function in linked.functions:
        if function.definition.is_entry:
            _check_entry(knowledge, function)


def check_objects(linked: LinkedModule) -> None:
    """A struct with `key` starts with its UID; an enum cannot be an object. Raises `VerificationError`."""
    for info in linked.declarations():
        if not info.abilities & Ability.KEY:
            continue
        if info.variants is not None:
            raise VerificationError(f"the enum {linked}::{info.name} has key, which only structs can have")
        first = info.fields[0]
        if (first.name, first.type) != ("id", Datatype(SUI, "object", "UID")):
            raise VerificationError(f"the object {linked}::{info.name} does not start with `id: UID`")


def _check_init(knowledge: Knowledge, linked: LinkedModule) -> Datatype | None:
    """The initialiser has the shape the chain calls it in. Returns the one-time witness it takes, if any."""
    init = next((function for function in linked.functions if function.name == INIT), None)
    if init is None or linked.package.package.original_id in SYSTEM_PACKAGES:
        return None
    definition = init.definition
    if definition.visibility != "private" or definition.is_entry or init.type_parameters or init.returns:
        raise VerificationError(f"{init} must be private, without type parameters and results")
    if not 1 <= len(init.parameters) <= 2 or not _is_context(init.parameters[-1]):
        raise VerificationError(f"{init} must take a TxContext reference, and before it at most its witness")
    if len(init.parameters) == 1:
        return None
    return _check_witness(knowledge, linked, init.parameters[0])


def _is_context(type_: Type) -> bool:
    return isinstance(type_, Reference) and type_.target == TX_CONTEXT


def _check_witness(knowledge: Knowledge, linked: LinkedModule, type_: Type) -> Datatype:
    name = linked.module.name.upper()
    own = Datatype(linked.package.defining_id(linked.module.name, name), linked.module.name, name)
    if type_ != own or not isinstance(type_, Datatype):
        raise VerificationError(f"{linked}::{INIT} takes {type_}, expected the one-time witness {own}")
    info = knowledge.linker.datatype(type_.package, type_.module, type_.name)
    if info.abilities != Ability.DROP or info.type_parameters or [field.type for field in info.fields] != [BOOL]:
        raise VerificationError(f"the one-time witness {own} must have only drop and no fields")
    return type_


def _check_never_packed(linked: LinkedModule, witness: Datatype) -> None:
    shapes = Shapes(linked)
    for function in linked.functions:
        code = function.definition.code
        for instruction in code.instructions if code else ():
            if instruction.op is Op.PACK and shapes.struct(instruction).type == witness:
                raise VerificationError(f"{function} makes the one-time witness {witness}")


def _check_entry(knowledge: Knowledge, function: LinkedFunction) -> None:
    for type_ in function.returns:
        if isinstance(type_, Reference) or not (
            knowledge.abilities.of(type_, function.type_parameters) & Ability.DROP
        ):
            raise VerificationError(f"the entry function {function} returns {type_}, which cannot be dropped")


def _check_calls(linked: LinkedModule) -> None:
    shapes = Shapes(linked)
    for function in linked.functions:
        code = function.definition.code
        for instruction in code.instructions if code else ():
            if instruction.op in (Op.CALL, Op.CALL_GENERIC):
                _check_call(function, shapes.call(instruction))


def _check_call(function: LinkedFunction, shape: CallShape) -> None:
    target = shape.target
    if target.name == INIT and target.module is function.module:
        raise VerificationError(f"{function} calls {target}, which only the chain may call")
    package = target.module.package.package.original_id
    if (package, target.module.module.name, target.name) not in _OWN_TYPES_ONLY:
        return
    if target.module is function.module:
        return
    own = function.module
    for type_ in shape.type_args:
        is_own = isinstance(type_, Datatype) and (type_.module, type_.package) == (
            own.module.name,
            own.package.defining_id(own.module.name, type_.name),
        )
        if not is_own:
            raise VerificationError(f"{function} calls {target} with {type_}, which is not a type of its module")
