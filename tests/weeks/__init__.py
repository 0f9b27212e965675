"""A client's week."""
