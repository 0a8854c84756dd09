"""LDA under SageMaker's container contract: the programs train and serve."""
