"""The state machines: a definition in the Amazon States Language each, and what deploys it."""
