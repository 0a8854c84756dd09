"""Held-out document completion: how well a model predicts one half of a document from the other."""
