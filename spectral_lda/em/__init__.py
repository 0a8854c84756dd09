"""Refinement of the spectral topics by EM, with validation documents that decide when it stops."""
