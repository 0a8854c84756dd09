"""What a model's topics look like, in numbers and in sentences."""
