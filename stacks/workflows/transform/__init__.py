"""The bulk scoring workflow: inspect, create a model, transform, delete the model."""
