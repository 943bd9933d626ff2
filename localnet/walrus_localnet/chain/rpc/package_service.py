"""`MovePackageService`: signatures of functions and datatypes (source: sui_localnet.md §1.5, §2)."""

from __future__ import annotations

from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.packages import original_id
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.objects import package_message
from walrus_localnet.chain.rpc.refusals import address_field, not_found
from walrus_localnet.chain.store import PACKAGE_TYPE
from walrus_localnet.vm import (
    ADDRESS,
    BOOL,
    Ability,
    Datatype,
    DatatypeInfo,
    FieldInfo,
    FunctionInfo,
    Primitive,
    Reference,
    Type,
    TypeParameter,
    Vector,
)
from walrus_sui.bcs.sui import MovePackage, format_address

_BODY = rpc.OpenSignatureBodyType
_PRIMITIVES = {ADDRESS: _BODY.ADDRESS, BOOL: _BODY.BOOL}
_VISIBILITY = {
    "private": rpc.FunctionDescriptorVisibility.PRIVATE,
    "public": rpc.FunctionDescriptorVisibility.PUBLIC,
    "friend": rpc.FunctionDescriptorVisibility.FRIEND,
}
_ABILITIES = (
    (Ability.COPY, rpc.Ability.COPY),
    (Ability.DROP, rpc.Ability.DROP),
    (Ability.STORE, rpc.Ability.STORE),
    (Ability.KEY, rpc.Ability.KEY),
)


class PackageService:
    def __init__(self, ledger: Ledger) -> None:
        self.store = ledger.store
        self.machine = ledger.machine

    async def get_function(self, request: rpc.GetFunctionRequest) -> rpc.GetFunctionResponse:
        package = self._package(request.package_id)
        info = self.machine.function(package.object_id, request.module_name or "", request.name or "")
        return rpc.GetFunctionResponse(function=function_message(info))

    async def get_datatype(self, request: rpc.GetDatatypeRequest) -> rpc.GetDatatypeResponse:
        package = self._package(request.package_id)
        info = self.machine.datatype(package.object_id, request.module_name or "", request.name or "")
        return rpc.GetDatatypeResponse(datatype=datatype_message(info, package))

    async def get_package(self, request: rpc.GetPackageRequest) -> rpc.GetPackageResponse:
        package = self._package(request.package_id)
        message = package_message(package)
        for module in message.modules:
            name = module.name or ""
            functions = self.machine.functions(package.object_id, name)
            datatypes = self.machine.datatypes(package.object_id, name)
            module.functions = list(map(function_message, functions))
            module.datatypes = [datatype_message(info, package) for info in datatypes]
        return rpc.GetPackageResponse(package=message)

    async def list_package_versions(
        self, request: rpc.ListPackageVersionsRequest
    ) -> rpc.ListPackageVersionsResponse:
        """All on one page: a package has few versions."""
        wanted = original_id(self._package(request.package_id))
        packages = [obj.data for obj in self.store.of_type(PACKAGE_TYPE) if isinstance(obj.data, MovePackage)]
        versions = sorted((p.version, p.object_id) for p in packages if original_id(p) == wanted)
        return rpc.ListPackageVersionsResponse(
            versions=[rpc.PackageVersion(package_id=format_address(i), version=version) for version, i in versions]
        )

    def _package(self, text: str | None) -> MovePackage:
        obj = self.store.latest(address_field(text, "package_id"))
        if obj is None or not isinstance(obj.data, MovePackage):
            raise not_found(f"package {text}")
        return obj.data


def function_message(info: FunctionInfo) -> rpc.FunctionDescriptor:
    return rpc.FunctionDescriptor(
        name=info.name,
        visibility=_VISIBILITY[info.visibility],
        is_entry=info.is_entry,
        type_parameters=[rpc.TypeParameter(constraints=_abilities(needed)) for needed in info.type_parameters],
        parameters=list(map(_signature, info.parameters)),
        returns=list(map(_signature, info.returns)),
    )


def datatype_message(info: DatatypeInfo, package: MovePackage) -> rpc.DatatypeDescriptor:
    origins = {(origin.module, origin.datatype): origin.package for origin in package.type_origins}
    defining = format_address(origins.get((info.module, info.name), package.object_id))
    kinds = rpc.DatatypeDescriptorDatatypeKind
    return rpc.DatatypeDescriptor(
        type_name=f"{defining}::{info.module}::{info.name}",
        defining_id=defining,
        module=info.module,
        name=info.name,
        abilities=_abilities(info.abilities),
        type_parameters=[
            rpc.TypeParameter(constraints=_abilities(needed), is_phantom=phantom)
            for needed, phantom in info.type_parameters
        ],
        kind=kinds.STRUCT if info.variants is None else kinds.ENUM,
        fields=_fields(info.fields),
        variants=[
            rpc.VariantDescriptor(name=variant.name, position=position, fields=_fields(variant.fields))
            for position, variant in enumerate(info.variants or ())
        ],
    )


def _fields(fields: tuple[FieldInfo, ...]) -> list[rpc.FieldDescriptor]:
    return [
        rpc.FieldDescriptor(name=field.name, position=position, type=_body(field.type))
        for position, field in enumerate(fields)
    ]


def _abilities(abilities: Ability) -> list[rpc.Ability]:
    return [message for ability, message in _ABILITIES if abilities & ability]


def _signature(type_: Type) -> rpc.OpenSignature:
    if not isinstance(type_, Reference):
        return rpc.OpenSignature(body=_body(type_))
    kind = rpc.OpenSignatureReference.MUTABLE if type_.mutable else rpc.OpenSignatureReference.IMMUTABLE
    return rpc.OpenSignature(reference=kind, body=_body(type_.target))


def _body(type_: Type) -> rpc.OpenSignatureBody:
    match type_:
        case Primitive(name) if type_ in _PRIMITIVES:
            return rpc.OpenSignatureBody(type=_PRIMITIVES[type_])
        case Primitive(name):
            return rpc.OpenSignatureBody(type=getattr(_BODY, name.upper()))
        case Vector(element):
            return rpc.OpenSignatureBody(type=_BODY.VECTOR, type_parameter_instantiation=[_body(element)])
        case Datatype(package, module, name, arguments):
            return rpc.OpenSignatureBody(
                type=_BODY.DATATYPE,
                type_name=f"{format_address(package)}::{module}::{name}",
                type_parameter_instantiation=list(map(_body, arguments)),
            )
        case TypeParameter(index):
            return rpc.OpenSignatureBody(type=_BODY.TYPE_PARAMETER, type_parameter=index)
        case _:
            return rpc.OpenSignatureBody(type=_BODY.TYPE_UNKNOWN)
