"""Load a server with readers of every kind for minutes, while articles change, and judge every answer."""

from benchmarks.soak.running import Outcome, Plan, run_soak

__all__ = ["Outcome", "Plan", "run_soak"]
