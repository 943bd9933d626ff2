"""The node's HTTP server: connections, TLS, HTTP/2, limits on what they may ask of its memory."""
