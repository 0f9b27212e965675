"""The treatment plan of an episode: goals and what is done for them, signed, reviewed on a clock; written work between sessions."""
