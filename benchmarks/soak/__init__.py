"""Load a server with readers of every kind for minutes, while articles change, and judge every answer."""

from benchmarks.soak.run import Load, Outcome, run_soak

__all__ = ["Load", "Outcome", "run_soak"]
