"""Topic mixtures and likelihoods of documents under given topics."""
