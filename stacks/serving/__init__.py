"""The model behind the endpoint."""
