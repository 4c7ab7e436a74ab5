"""The engine of search: segments of an inverted index in the bucket, named by a record in the table."""
