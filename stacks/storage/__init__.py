"""The data bucket."""
