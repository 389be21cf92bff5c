"""Take over the subscribers of earlier feeds: read the feeds, match their entries to articles, and keep their ids."""
