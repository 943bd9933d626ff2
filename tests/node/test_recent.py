"""Rows kept in memory never outlive a change."""

from __future__ import annotations

from walrus_node.recent import Recent


def test_a_row_is_read_once_until_it_changes() -> None:
    rows, asked = {b"a": 1}, []

    def read(key: bytes) -> int | None:
        asked.append(key)
        return rows.get(key)

    recent = Recent(read, 10)
    assert [recent.get(b"a"), recent.get(b"a"), recent.get(b"b"), recent.get(b"b")] == [1, 1, None, None]
    assert asked == [b"a", b"b"]
    rows[b"a"] = 2
    recent.forget(b"a")
    assert recent.get(b"a") == 2


def test_what_changes_while_it_is_read_is_not_kept() -> None:
    rows = {b"a": 1}

    def read(key: bytes) -> int:
        before = rows[key]
        if before == 1:  # another thread writes between reading and keeping
            rows[key] = 2
            recent.forget(key)
        return before

    recent = Recent(read, 10)
    assert recent.get(b"a") == 1
    assert recent.get(b"a") == 2


def test_no_more_rows_than_allowed() -> None:
    recent = Recent(lambda key: key, 3)
    for number in range(100):
        assert recent.get(b"%d" % number) == b"%d" % number
        assert len(recent._rows) <= 3
