"""Articles, catalogs, servers and clients for tests and benchmarks."""
