"""What the functions share: the bucket and its formats, the input's fields, errors and names."""
