"""Work that is due: what, for whom, by when, whose; the attempts made and what came of them."""
