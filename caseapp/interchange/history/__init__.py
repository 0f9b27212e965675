"""Past episodes of another system: each brought in whole with its phases, or refused with a reason (docs/decisions)."""
