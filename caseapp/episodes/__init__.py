"""Pre-screen with the detox gate, admission, and the history of phase stays: the hub."""
