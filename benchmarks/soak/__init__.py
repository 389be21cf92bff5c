"""Load a server with feed readers for minutes while articles change, and check every answer."""

from benchmarks.soak.run import SoakPlan, SoakResult, run_soak

__all__ = ["SoakPlan", "SoakResult", "run_soak"]
