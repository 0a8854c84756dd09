"""AWS on 127.0.0.1: ministack, extended for SageMaker projects (docs/local-aws.md)."""
