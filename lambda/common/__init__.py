"""What the functions share: the bucket, the formats that lie in it, the input's fields, errors and names."""
