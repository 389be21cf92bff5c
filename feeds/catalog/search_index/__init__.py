"""Index entries by attributes and by words, and find the entries of any query."""
