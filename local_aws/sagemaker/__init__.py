"""The SageMaker that ministack lacks: real jobs, real model servers (docs/local-sagemaker.md)."""

from local_aws.sagemaker.compose import install, shutdown

__all__ = ["install", "shutdown"]
