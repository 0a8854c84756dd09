"""Shared by the functions: the bucket and its formats, the fields of the input, errors and names."""
