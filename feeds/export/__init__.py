"""Write the server's responses as files, for a static file server, a bucket or a CDN."""
