"""Check Varnish in front of the server while articles change: fresh soon, never older later, and mostly hits."""
