"""Calendars out of the house: a private feed for whoever leads or comes, and a client's week on one page of paper."""
