"""The diagnostics of a model's topics, in numbers and in sentences."""
