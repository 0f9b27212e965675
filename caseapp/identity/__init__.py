"""Staff, teams, roles, sign-in, and the sessions that really end."""
