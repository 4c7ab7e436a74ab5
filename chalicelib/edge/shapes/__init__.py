"""What goes over the wire: the requests, the answers, and how records become them; a file a noun, as in routes."""
