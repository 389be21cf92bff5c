"""Read Linux's /proc."""

from pathlib import Path


def list_children(pid: int) -> list[int]:
    """List the running child processes of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
