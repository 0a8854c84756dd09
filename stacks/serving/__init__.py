"""The endpoint: the parameter with its model, the model, the endpoint and its automatic scaling."""
