"""Compares the models of an execution with the model that serves."""
