"""A client's week: what their phase asks for, what of it is short, and the sessions that would make up for it."""
