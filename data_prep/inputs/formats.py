"""The file formats of counts, as the command lines and errors name them; importing this is fast."""

FORMATS = (
    ".npy, .npz (numpy or scipy), .csv (also doc,word,count), .jsonl, .mtx, .ldac, .pbr,"
    " or a folder or s3://bucket/prefix of .pbr shards"
)
