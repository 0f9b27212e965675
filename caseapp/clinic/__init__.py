"""The organization, its sites with their zone, its rooms, payers, and the directory of other providers."""
