"""Text -> tokens -> counts: the documents that people have, and the vocabulary that belongs to a model."""
