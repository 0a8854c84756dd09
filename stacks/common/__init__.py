"""Shared by all stacks: the base class, resource names, log groups, console links, the algorithm's image."""
