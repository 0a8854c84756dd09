"""The training workflow: inspect, train, evaluate, promote, test."""
