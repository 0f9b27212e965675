"""Figures that a board, a payer or a state can stand on, and the people behind each."""
