"""Compare two states of a site, and describe what subscribers see of the difference."""
