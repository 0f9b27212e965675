"""Series: sessions that are held again and again, made ahead by a rule of days, changed from a day on, never what was held."""
