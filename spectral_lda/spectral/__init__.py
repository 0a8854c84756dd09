"""The spectral start: moments, whitening, tensor decomposition, recovery (Anandkumar et al., JMLR 2014)."""
