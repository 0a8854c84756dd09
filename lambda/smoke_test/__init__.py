"""Asks the endpoint for one document's topics."""
