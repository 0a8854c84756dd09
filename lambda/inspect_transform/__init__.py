"""Checks what bulk scoring is asked for before any money is spent."""
