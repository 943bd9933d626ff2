"""Progress of many blobs as that of one flow."""

from __future__ import annotations

from collections import Counter

from walrus_sui.client.progress import Phase, Progress, ProgressListener


class Tally:
    """Adds up what `blobs` blobs on `n_shards` shards have come to, and tells the listener."""

    def __init__(self, listener: ProgressListener, blobs: int, n_shards: int) -> None:
        self._listener = listener
        self._totals = {
            Phase.ENCODE: blobs,
            Phase.REGISTER: blobs,
            Phase.UPLOAD: 2 * n_shards * blobs,
            Phase.CERTIFY: blobs,
        }
        self._done: Counter[Phase] = Counter()

    def start(self, phase: Phase) -> None:
        self._tell(phase)

    def add(self, phase: Phase, units: int) -> None:
        """`units` more are done, or will not have to be; a retry does not count twice."""
        self._done[phase] = min(self._done[phase] + units, self._totals[phase])
        self._tell(phase)

    def _tell(self, phase: Phase) -> None:
        self._listener(Progress(phase, self._done[phase], self._totals[phase]))
