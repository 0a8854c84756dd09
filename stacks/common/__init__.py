"""What all stacks share: their base class, names, log groups and the algorithm's image."""
