"""Make the document at a URL: feeds, digests, lists of feeds, and pages."""
