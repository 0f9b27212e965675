"""What is true of every room. Checkers take the root of a tree, so that mistakes can be planted in a copy of it."""
