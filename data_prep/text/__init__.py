"""From texts to word counts."""
