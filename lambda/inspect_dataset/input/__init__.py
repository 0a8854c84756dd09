"""The execution's input and the environment variables of the function."""
