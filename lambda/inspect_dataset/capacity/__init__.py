"""The instances of a run, compared with SageMaker's types and the account's quotas."""
