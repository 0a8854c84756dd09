"""The state machines: each has a definition in the Amazon States Language and a construct that deploys it."""
