"""The texts of pages and feeds in the language of the site."""
