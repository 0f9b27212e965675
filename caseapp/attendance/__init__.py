"""Who was there, for how many minutes. Not marked is a state: nobody becomes a no-show by silence."""
