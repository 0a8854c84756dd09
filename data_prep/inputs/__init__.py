"""Counts from users' files: of numpy and scipy, tables, those of other tools, and shards."""

FORMATS = (
    ".npy, .npz (numpy or scipy), .csv (also triples), .jsonl, .mtx, .ldac, svmlight, UCI docword, MALLET,"
    " .parquet, .pbr, all also .gz or .zst, or a folder or s3://bucket/prefix of .pbr shards"
)
