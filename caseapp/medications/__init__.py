"""Medications: what someone takes and who prescribes it, whether it is taken as prescribed, and what of a drug test it explains."""
