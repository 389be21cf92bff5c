"""Load a server with clients for minutes while articles change and things fail, and check every answer."""

from benchmarks.soak.run import SoakPlan, SoakResult, run_soak
from benchmarks.soak.table import write_result

__all__ = ["SoakPlan", "SoakResult", "run_soak", "write_result"]
