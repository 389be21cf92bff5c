"""Write a feed as bytes: the same feed gives the same bytes on every machine, in every locale, time zone and thread."""
