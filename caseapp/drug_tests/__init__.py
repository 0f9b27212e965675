"""Drug tests: random days, collection, what a screen found and whether a prescription explains it, what the laboratory says."""
