"""Keep the catalog: every entry, where it came from, and when each feed last changed, in SQLite or PostgreSQL."""
