"""Notes of sessions: a part for everyone and a part for each who came, locked when signed; counseling notes kept apart."""
