"""ministack: typed bindings to its private attributes, and the points where this package extends it."""
