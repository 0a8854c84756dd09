"""Several instances that train one model: sums over their documents by ZeroMQ."""
