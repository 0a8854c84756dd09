"""The dataset in the bucket, compared with its manifest and with the hyperparameters."""
