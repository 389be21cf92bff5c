"""Keep the catalog: entries, their sources, and when each feed last changed, in SQLite or PostgreSQL; all SQL is here."""
