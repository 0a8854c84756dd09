"""Documents and topic mixtures as CSV, JSON, JSON lines and RecordIO-protobuf."""
