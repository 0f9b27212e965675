"""Who saw and who changed what: events with a code each, sealed in chained batches, their head anchored outside the database."""
