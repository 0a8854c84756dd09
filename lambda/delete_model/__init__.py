"""Cleans up after an aborted execution of bulk scoring."""
