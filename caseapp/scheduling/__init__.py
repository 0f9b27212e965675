"""Sessions of every service, who leads them, in which room, and the places in them."""
