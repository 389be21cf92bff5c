"""The benchmarks measure what they say, however little of it."""
