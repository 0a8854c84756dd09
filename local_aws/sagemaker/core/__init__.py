"""What every kind of SageMaker resource shares: dispatch, store, validation, quotas."""
