"""What the function is invoked with: the execution's input, and the environment."""
