"""Crisis contacts, the risk they showed, and the follow-up that each one opens."""
