"""The rules: which candidate is the best, and whether it is promoted."""
