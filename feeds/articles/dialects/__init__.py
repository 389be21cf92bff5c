"""Posts in the shapes of Jekyll, Hugo, Astro and Eleventy: their field names, dates, addresses and configuration."""
