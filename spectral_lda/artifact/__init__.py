"""The model artifact: SageMaker LDA's model.tar.gz and the NDArray list inside it."""
