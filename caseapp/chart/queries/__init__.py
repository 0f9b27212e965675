"""What the pages of one client show: the frame around them all, the overview, phases, hours, safety."""
