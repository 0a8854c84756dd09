"""Documents -> counts -> RecordIO-protobuf -> S3; the sample data, matching of topics and plots."""
