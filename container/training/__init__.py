"""A training job: its channels, its log, and how its process ends."""
