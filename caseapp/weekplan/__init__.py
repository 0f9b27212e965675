"""Build my week: from rooms, working hours, free times and what phases ask for, a proposal of the whole weekly timetable."""
