"""What the test documents say of a model: held-out completion, and the coherence of its topics."""
