"""What `make bench` measures, a module a kind of figure."""
