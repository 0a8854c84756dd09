"""The loops over non-zeros, compiled: each runs over the documents of one block, without Python's lock.

A block is ``indptr`` (n + 1,), ``indices`` (nnz,) and ``data`` (nnz,): rows of a CSR matrix. What is looked
up by word is stored word by word, (V, K), so that a word's numbers lie side by side.
"""
