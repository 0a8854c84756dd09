"""Checks an execution's input, its dataset and its instances before any money is spent."""
