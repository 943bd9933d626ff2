"""What cannot be undone is asked for on a terminal, and done after a yes only."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.cli.conftest import Stage
from tests.waiting import SECONDS
from walrus_sui.errors import ObjectNotFound


def answered(stage: Stage, answer: bytes, *words: str) -> tuple[int, str]:
    """Run `walrus` on a terminal on which `answer` is typed."""
    program = "from walrus_cli.main import main; main()"
    terminal, there = pty.openpty()
    command = [sys.executable, "-c", program, *words, "--config", str(stage.config)]
    try:
        os.write(terminal, answer)
        done = subprocess.run(command, stdin=there, capture_output=True, text=True, check=False, timeout=SECONDS)
    finally:
        os.close(terminal)
        os.close(there)
    return done.returncode, done.stdout + done.stderr


def test_no_is_no_and_yes_is_yes(stage: Stage) -> None:
    blob = stage.blob()
    words = ("burn-blobs", "--object-ids", "0x" + blob.object_id.hex())
    code, text = answered(stage, b"n\n", *words)
    assert (code, "Destroy 1 Blob objects for ever? [y/N]" in text) == (130, True)
    assert stage.do(stage.world.contracts.blob(blob.object_id)) == blob
    code, text = answered(stage, b"y\n", *words)
    assert (code, f"burned {words[2]}" in text) == (0, True)
    with pytest.raises(ObjectNotFound):
        stage.do(stage.world.contracts.blob(blob.object_id))
