"""A node as an operator runs it: its metrics under the names operators know, and an end without loose ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from tests.node.conftest import make_blob
from tests.node.single import SingleNode, single_node
from tests.waiting import SECONDS, eventually
from walrus_localnet.testbed.ports import free_ports
from walrus_node import operator
from walrus_node.config import NodeConfig
from walrus_sui.redstuff import Axis
from walrus_sui.storage import routes

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

OFFICIAL = {
    "walrus_event_processor_latest_downloaded_checkpoint": set[str](),
    "walrus_event_cursor_progress": {"state"},
    "walrus_uptime": set[str](),
    "walrus_sui_balance_mist": set[str](),
    "walrus_storage_confirmations_issued_total": set[str](),
    "walrus_metadata_stored_total": set[str](),
    "walrus_metadata_retrieved_total": set[str](),
    "walrus_slivers_stored_total": {"sliver_type"},
    "walrus_slivers_retrieved_total": {"sliver_type"},
    "walrus_recover_blob_backlog": {"state"},
    "walrus_event_process_duration_seconds_count": {"event_type"},
    "walrus_current_node_status": set[str](),
    "walrus_event_position_sui_checkpoint": {"state"},
    "walrus_shard_sync_total": {"status"},
    "walrus_sync_shard_sync_sliver_total": {"sliver_type"},
    "walrus_sync_shard_recover_sliver_success_total": {"sliver_type"},
    "walrus_sync_shard_recover_sliver_error_total": {"sliver_type"},
    "walrus_garbage_collection_last_completed_epoch": set[str](),
    "walrus_pending_sliver_cache_bytes": set[str](),
}
"""Names and labels of protocol.md §7.1 that this node has; the others there measure what it does differently."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def single(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SingleNode]:
    folder = tmp_path_factory.mktemp("process")
    async with single_node(folder, metrics_address=f"127.0.0.1:{free_ports(1)[0]}") as single:
        yield single


async def test_metrics_have_the_names_that_operators_watch(single: SingleNode) -> None:
    blob = make_blob(b"counted", 1000)
    await single.store(blob)
    await single.node.client.metadata(blob.blob_id)
    await single.node.client.sliver(blob.blob_id, 0, Axis.PRIMARY)
    metrics_address = NodeConfig.load(single.node.config_path).metrics_address
    async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as http:
        text = (await http.get(f"http://{metrics_address}/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    for name, labels in OFFICIAL.items():
        found = [sample for sample in samples if sample.name == name]
        assert found, f"{name} is missing"
        assert {label for sample in found for label in sample.labels} == labels, name
    values = {sample.name: sample.value for sample in samples if not sample.labels}
    assert values["walrus_sui_balance_mist"] > 0
    assert values["walrus_disk_free_bytes"] > 0
    assert values["walrus_database_writable"] == 1


async def test_an_upload_under_way_ends_before_the_node_does(single: SingleNode) -> None:
    blob = make_blob(b"last", 1000)
    await single.register([blob])
    body = blob.metadata.to_bytes()
    reader, writer = await asyncio.open_connection(*address(single))
    head = f"PUT {routes.metadata(blob.blob_id)} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[:10])
    await writer.drain()
    await single.node.client.health()  # the node has read what was sent before this
    assert single.node.process is not None
    single.node.process.send_signal(signal.SIGTERM)
    await refuses_connections(single)
    writer.write(body[10:])
    async with asyncio.timeout(SECONDS):
        answer = await reader.read()
    assert answer.split()[1] in (b"201", b"400"), answer  # 400: it never saw the registration
    writer.close()
    assert await single.node.end() == 0
    assert "ERROR" not in single.node.log.read_text()
    assert "Traceback" not in single.node.log.read_text()


async def test_a_node_that_still_waits_for_its_chain_ends_at_once(tmp_path: Path) -> None:
    made = operator.setup(
        tmp_path / "node",
        name="early",
        public_host="127.0.0.1",
        public_port=free_ports(1)[0],
        rpc=f"http://127.0.0.1:{free_ports(1)[0]}",
        system_object=bytes(32),
        staking_object=bytes(32),
    )
    made.config.model_copy(update={"storage_node_cap": bytes(32)}).save(made.config_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "walrus_node", "--config", str(made.config_path)), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    async with asyncio.timeout(SECONDS):
        while b"waiting for the chain" not in await process.stderr.readline():
            pass
        process.send_signal(signal.SIGTERM)
        _, rest = await process.communicate()
    assert (process.returncode, b"Traceback" in rest) == (0, False)


def address(single: SingleNode) -> tuple[str, int]:
    host, _, port = single.node.client.base_url.rpartition("://")[2].rpartition(":")
    return host, int(port)


async def refuses_connections(single: SingleNode) -> None:
    async def refused() -> bool:
        try:
            _, writer = await asyncio.open_connection(*address(single))
        except ConnectionError:
            return True
        writer.close()
        return False

    await eventually(refused)
