"""What goes to sockets."""
