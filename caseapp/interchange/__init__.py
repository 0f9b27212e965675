"""What comes from other systems and goes to them: files read row by row, each person brought in whole or refused with a reason."""
