"""The compiled loops over non-zero counts. Each runs over the documents of one block, without Python's lock.

A block is ``indptr`` (n + 1,), ``indices`` (nnz,) and ``data`` (nnz,): rows of a CSR matrix. Arrays indexed
by word are stored word by word, (V, K), so that the numbers of a word are contiguous.
"""
