"""One client on one page: where they are, what is missing."""
