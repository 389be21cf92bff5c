"""Keep the catalog in SQLite or PostgreSQL: entries, sources and the times of feed changes. All SQL is here."""
