"""Progress of several blobs, added up."""

from __future__ import annotations

from walrus_sui.client.progress import Phase, Progress
from walrus_sui.client.storing.tally import Tally


def test_what_blobs_come_to_is_added_up_and_never_exceeds_all_there_is():
    seen: list[Progress] = []
    tally = Tally(seen.append, 3, 10)
    tally.start(Phase.UPLOAD)
    tally.add(Phase.UPLOAD, 20)
    tally.add(Phase.REGISTER, 2)
    tally.add(Phase.UPLOAD, 39)
    tally.add(Phase.UPLOAD, 5)
    assert seen == [
        Progress(Phase.UPLOAD, 0, 60),
        Progress(Phase.UPLOAD, 20, 60),
        Progress(Phase.REGISTER, 2, 3),
        Progress(Phase.UPLOAD, 59, 60),
        Progress(Phase.UPLOAD, 60, 60),
    ]
    assert seen[-1].finished
