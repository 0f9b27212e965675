"""Assessments: six dimensions rated 0 to 4 in one edition, the level of care found and the one chosen, and when one is due."""
