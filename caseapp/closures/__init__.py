"""Closures, staff leave and working hours: what sessions they hit, and what is done about each, all in one go."""
