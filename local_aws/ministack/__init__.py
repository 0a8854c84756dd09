"""ministack: the typed bindings to what it keeps private, and the points where this package extends it."""
