"""Counts from users' files: numpy, scipy, text formats and shards of RecordIO-protobuf."""

FORMATS = (
    ".npy, .npz (numpy or scipy), .csv (also doc,word,count), .jsonl, .mtx, .ldac, .pbr,"
    " or a folder or s3://bucket/prefix of .pbr shards"
)
