"""Changed meanings of the code, each of which some test has to notice."""
