"""Checks the input of bulk scoring, its documents and its model before any money is spent."""
