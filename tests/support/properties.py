"""Settings of property tests."""

from hypothesis import Phase

# To shrink a history of articles takes minutes; to do it, add Phase.shrink.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
