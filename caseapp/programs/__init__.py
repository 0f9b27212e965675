"""Programs as data: versions, phases with their hours, services, requirements, rule profiles."""
