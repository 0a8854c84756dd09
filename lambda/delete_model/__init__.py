"""Deletes what an aborted execution of bulk scoring left."""
