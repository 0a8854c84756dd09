"""What all stacks share: their base class, resource names, log groups and the algorithm's image."""
