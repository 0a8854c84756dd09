"""Counts from users' files: numpy, scipy, text formats, RecordIO-protobuf shards."""
