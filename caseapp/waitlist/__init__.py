"""Who waits for a place in a session or a series, and what they answer to an offer."""
