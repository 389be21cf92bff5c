"""Count requests by feed, day and reader, and report the totals."""
