"""The nouns of the program: entries, feeds, topics, queries, and the errors that users meet."""
