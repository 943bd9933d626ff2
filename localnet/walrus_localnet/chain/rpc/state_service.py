"""`StateService`: what addresses and objects hold now (source: sui_localnet.md §4.4, §4.11)."""

from __future__ import annotations

from collections import defaultdict

from walrus_localnet.chain.coin_info import CoinInfo, coin_info
from walrus_localnet.chain.ledger import Ledger
from walrus_localnet.chain.objects import coin_balance, id_of, type_of
from walrus_localnet.chain.rpc.display import Displays
from walrus_localnet.chain.rpc.masks import Mask
from walrus_localnet.chain.rpc.messages import rpc
from walrus_localnet.chain.rpc.objects import object_message, type_text
from walrus_localnet.chain.rpc.refusals import address_field, invalid, not_found
from walrus_localnet.vm import from_tag
from walrus_sui.bcs.sui import DatatypeTag, MoveObject, Object, StructTag, TypeTag, format_address
from walrus_sui.bcs.sui.framework import FRAMEWORK_SUI, SUI_TYPE, coin_of, coin_struct

DEFAULT_OWNED = "object_id,version,object_type"
DEFAULT_PAGE = 50
MAX_PAGE = 1000
_FIELD = StructTag(FRAMEWORK_SUI, "dynamic_field", "Field", ())


def page_of(request: rpc.ListOwnedObjectsRequest | rpc.ListDynamicFieldsRequest) -> tuple[bytes, int]:
    """Where a page starts (the id before it) and how long it is. A token is the last id of the page before."""
    token = request.page_token or b""
    if len(token) not in (0, 32):
        raise invalid("expected a page token from an earlier answer, got something else")
    return token, min(request.page_size or DEFAULT_PAGE, MAX_PAGE)


class StateService:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.store = ledger.store
        self.machine = ledger.machine

    async def list_owned_objects(self, request: rpc.ListOwnedObjectsRequest) -> rpc.ListOwnedObjectsResponse:
        owner = address_field(request.owner, "owner")
        mask, displays = Mask.of(request, rpc.Object, DEFAULT_OWNED), Displays(self.ledger)
        wanted = StructTag.parse(request.object_type) if request.object_type else None
        after, size = page_of(request)
        found = list(self.store.owned(owner, wanted, after, size + 1))
        return rpc.ListOwnedObjectsResponse(
            objects=[displays.show(object_message(obj, mask, self.machine), obj, mask) for obj in found[:size]],
            next_page_token=_next(found, size),
        )

    async def get_balance(self, request: rpc.GetBalanceRequest) -> rpc.GetBalanceResponse:
        owner = address_field(request.owner, "owner")
        coin = TypeTag.parse(request.coin_type) if request.coin_type else DatatypeTag(SUI_TYPE)
        total = sum(coin_balance(obj) or 0 for obj in self.store.owned(owner, coin_struct(coin)))
        return rpc.GetBalanceResponse(balance=_balance(coin, total))

    async def list_balances(self, request: rpc.ListBalancesRequest) -> rpc.ListBalancesResponse:
        owner = address_field(request.owner, "owner")
        totals: dict[TypeTag, int] = defaultdict(int)
        for obj in self.store.owned(owner, StructTag(FRAMEWORK_SUI, "coin", "Coin", ())):
            struct = type_of(obj)
            coin = None if struct is None else coin_of(struct)
            if coin is not None:
                totals[coin] += coin_balance(obj) or 0
        ordered = sorted(totals, key=str)
        return rpc.ListBalancesResponse(balances=[_balance(coin, totals[coin]) for coin in ordered])

    async def get_coin_info(self, request: rpc.GetCoinInfoRequest) -> rpc.GetCoinInfoResponse:
        if not request.coin_type:
            raise invalid("expected coin_type, got none")
        coin = TypeTag.parse(request.coin_type)
        info = coin_info(self.store, coin)
        if info.metadata is None and info.treasury is None:
            raise not_found(f"metadata of coin {coin}")
        return rpc.GetCoinInfoResponse(
            coin_type=str(coin), metadata=_metadata_message(info), treasury=_treasury_message(info)
        )

    async def list_dynamic_fields(self, request: rpc.ListDynamicFieldsRequest) -> rpc.ListDynamicFieldsResponse:
        parent = address_field(request.parent, "parent")
        mask = Mask.of(request, rpc.DynamicField, "parent,field_id")
        after, size = page_of(request)
        found = list(self.store.owned(parent, _FIELD, after, size + 1))
        fields = [mask.cut(self._field(parent, obj, mask)) for obj in found[:size]]
        return rpc.ListDynamicFieldsResponse(dynamic_fields=fields, next_page_token=_next(found, size))

    def _field(self, parent: bytes, field: Object, mask: Mask) -> rpc.DynamicField:
        struct = type_of(field)
        assert struct is not None
        assert isinstance(field.data, MoveObject)
        name_type, value_type = struct.type_args
        value = self.machine.from_bytes(from_tag(DatatypeTag(struct)), field.data.contents)
        name = self.machine.to_bytes(from_tag(name_type), value[1])
        rest = field.data.contents[32 + len(name) :]
        kinds = rpc.DynamicFieldDynamicFieldKind
        message = rpc.DynamicField(
            kind=kinds.FIELD,
            parent=format_address(parent),
            field_id=format_address(id_of(field)),
            field_object=object_message(field, mask.below("field_object"), self.machine),
            name=rpc.Bcs(name=str(name_type), value=name),
            value=rpc.Bcs(name=str(value_type), value=rest),
            value_type=str(value_type),
        )
        wrapped = _wrapped_name(name_type)
        if wrapped is not None:
            message.kind = kinds.OBJECT
            message.name = rpc.Bcs(name=str(wrapped), value=name)
            message.child_id = format_address(rest)
            child = self.store.latest(rest)
            if child is not None:
                message.value_type = type_text(child)
                message.child_object = object_message(child, mask.below("child_object"), self.machine)
        return message


def _metadata_message(info: CoinInfo) -> rpc.CoinMetadata | None:
    found = info.metadata
    if found is None:
        return None
    return rpc.CoinMetadata(
        id=format_address(found.object_id),
        decimals=found.decimals,
        name=found.name,
        symbol=found.symbol,
        description=found.description,
        icon_url=found.icon_url,
    )


def _treasury_message(info: CoinInfo) -> rpc.CoinTreasury | None:
    found = info.treasury
    return (
        None
        if found is None
        else rpc.CoinTreasury(id=format_address(found.object_id), total_supply=found.total_supply)
    )


def _wrapped_name(name_type: TypeTag) -> TypeTag | None:
    """`K` when a field's name is `dynamic_object_field::Wrapper<K>`: the field then points to an object."""
    if isinstance(name_type, DatatypeTag):
        struct = name_type.struct
        if (struct.address, struct.module, struct.name) == (FRAMEWORK_SUI, "dynamic_object_field", "Wrapper"):
            return struct.type_args[0]
    return None


def _next(found: list[Object], size: int) -> bytes | None:
    """The token of the next page; the field must be missing on the last one."""
    return id_of(found[size - 1]) if len(found) > size else None


def _balance(coin: TypeTag, total: int) -> rpc.Balance:
    return rpc.Balance(coin_type=str(coin), balance=total, coin_balance=total, address_balance=0)
