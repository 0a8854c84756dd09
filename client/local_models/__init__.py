"""Topic models on this machine: learned from text, kept in a folder, without AWS."""
