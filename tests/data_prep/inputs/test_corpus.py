import gzip
import io
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from data_prep import recordio
from data_prep.inputs import corpus, loading

COUNTS = np.arange(1, 13).reshape(4, 3)


def packed(counts: Any) -> bytes:
    file = io.BytesIO()
    recordio.write(file, counts)
    return file.getvalue()


def an_s3_client() -> Any:
    keys: dict[str, Any] = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.client("s3", region_name="us-east-1", **keys)


def stubbed(objects: dict[str, bytes], *, cut: int = 0) -> Any:
    client = an_s3_client()
    stub = Stubber(client)
    listing = {"Contents": [{"Key": key, "Size": len(content)} for key, content in objects.items()]}
    stub.add_response("list_objects_v2", listing, {"Bucket": "b", "Prefix": "x/train/"})
    for key in sorted(key for key, content in objects.items() if content):
        content = objects[key]
        body = StreamingBody(io.BytesIO(content[: len(content) - cut]), len(content))
        stub.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": key})
    stub.activate()
    return client


def test_the_shards_of_a_folder_are_one_corpus_in_the_order_of_their_names(tmp_path: Path) -> None:
    recordio.write(tmp_path / "part-00001.pbr", COUNTS[2:])
    recordio.write(tmp_path / "part-00000.pbr", COUNTS[:2])
    (tmp_path / ".part-00002.pbr").write_bytes(b"left over")
    assert np.array_equal(loading.load(tmp_path).matrix, COUNTS)
    assert np.array_equal(corpus.read(tmp_path / "part-00"), COUNTS)
    assert [chunk.shape for chunk in corpus.iter_chunks(tmp_path)] == [(2, 3), (2, 3)]


def test_the_shards_under_a_prefix_in_s3_are_one_corpus() -> None:
    objects = {
        "x/train/": b"",
        "x/train/part-00001.pbr.gz": gzip.compress(packed(COUNTS[2:])),
        "x/train/part-00000.pbr": packed(COUNTS[:2]),
    }
    assert np.array_equal(corpus.read("s3://b/x/train/", s3=stubbed(objects)), COUNTS)


def test_an_object_that_is_not_recordio_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"s3://b/x/train/a, record 0 at byte 0"):
        corpus.read("s3://b/x/train/", s3=stubbed({"x/train/a": b"no records"}))


def test_a_truncated_object_is_an_error_that_names_it() -> None:
    objects = {"x/train/a": packed(COUNTS)}
    with pytest.raises(OSError, match="s3://b/x/train/"):
        corpus.read("s3://b/x/train/", s3=stubbed(objects, cut=4))


def test_an_s3_error_is_an_os_error() -> None:
    client = an_s3_client()
    with Stubber(client) as stub:
        stub.add_client_error("list_objects_v2", "AccessDenied", "no")
        with pytest.raises(OSError, match=r"s3://b/x: .*AccessDenied"):
            corpus.read("s3://b/x", s3=client)


def test_shards_over_different_words_are_refused_by_name(tmp_path: Path) -> None:
    recordio.write(tmp_path / "a", COUNTS)
    recordio.write(tmp_path / "b", COUNTS[:, :2])
    with pytest.raises(ValueError, match="b is over 2 words, the files before it over 3"):
        corpus.read(tmp_path)


def test_a_prefix_without_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no documents under"):
        corpus.read(tmp_path)
