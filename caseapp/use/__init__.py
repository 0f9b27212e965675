"""Use: the last use reported, each return to use, the days since with their milestones, and mutual-help meetings attended."""
