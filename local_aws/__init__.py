"""AWS on 127.0.0.1: ministack, extended by what it lacks for a SageMaker project (docs/local-aws.md)."""
