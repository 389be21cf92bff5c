"""What tests and benchmarks share: articles, catalogs, servers and clients to test with."""
