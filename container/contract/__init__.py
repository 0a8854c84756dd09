"""SageMaker's container contract: paths, hyperparameters, channels, content types, failures."""
