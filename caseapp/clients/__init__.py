"""People: who they are, how they may be reached, and who may see them, on what ground, from when until when."""
