"""When faults were active, and what they excuse."""

from threading import Lock

import msgspec

RECOVERY_SECONDS = 5.0
"""After a fault of the database, the server may take so long to notice the end."""

_BREAK_SECONDS = 1.0


class FaultRecord(msgspec.Struct, frozen=True):
    """A fault between two times in seconds since 1970; `end` is infinite while the fault is active."""

    name: str
    start: float
    end: float
    is_of_database: bool


class FaultLog:
    """The injected faults, and the kills of workers; thread-safe."""

    def __init__(self) -> None:
        self.records: list[FaultRecord] = []
        self._kills: list[float] = []
        self._lock = Lock()

    def begin(self, name: str, start: float, *, is_of_database: bool) -> None:
        """Record the beginning of a fault."""
        with self._lock:
            self.records.append(FaultRecord(name, start, float("inf"), is_of_database))

    def end(self, time: float) -> None:
        """Record the end of the last fault."""
        with self._lock:
            self.records[-1] = msgspec.structs.replace(self.records[-1], end=time)

    def kill_worker(self, time: float) -> None:
        """Record the kill of a worker."""
        with self._lock:
            self._kills.append(time)

    def may_break(self, start: float, end: float) -> bool:
        """Return whether a worker was killed during a request."""
        with self._lock:
            return any(start - _BREAK_SECONDS <= kill <= end for kill in self._kills)

    def has_database_fault(self, start: float, end: float) -> bool:
        """Return whether the database was away between two times, or shortly before."""
        faults = self._list_database_faults()
        return any(fault.start <= end and start <= fault.end + RECOVERY_SECONDS for fault in faults)

    def find_reachable(self, time: float, *, seconds: float) -> float:
        """Return the latest time such that between it and `time`, the database was reachable for `seconds`."""
        since = time - seconds
        for fault in reversed(self._list_database_faults()):
            if fault.start <= time and since <= fault.end + RECOVERY_SECONDS:
                since = min(since, fault.start - seconds)
        return since

    def _list_database_faults(self) -> list[FaultRecord]:
        with self._lock:
            return [fault for fault in self.records if fault.is_of_database]
