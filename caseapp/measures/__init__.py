"""Measures: questionnaires that a client answers again and again, scored by the instrument's own rule, and their course."""
