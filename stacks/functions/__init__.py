"""The Lambda functions of the state machines."""
