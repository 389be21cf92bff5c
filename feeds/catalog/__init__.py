"""Keep the catalog, in SQLite or PostgreSQL: entries, their sources, and when each feed changed. All SQL is here."""
