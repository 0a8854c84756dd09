import json
from typing import Any

import pytest

from common.bucket import Bucket


@pytest.fixture
def bucket(fake_s3: Any) -> Bucket:
    fake_s3.objects = {
        "datasets/a/": b"",
        "datasets/a/words.txt": b"ant\nbee\n",
        "datasets/a/words.txt.old": b"old",
        "datasets/b/": b"not empty",
    }
    return Bucket("data-bucket", fake_s3)


def test_a_listing_has_all_objects_but_the_consoles_empty_markers(bucket: Bucket) -> None:
    sizes = {key: summary.size for key, summary in bucket.list_objects("datasets/").items()}
    assert sizes == {"datasets/a/words.txt": 8, "datasets/a/words.txt.old": 3, "datasets/b/": 9}


def test_the_datasets_are_the_folders(bucket: Bucket) -> None:
    assert bucket.list_datasets() == ["a", "b"]
    assert bucket.has_objects("datasets/a/")
    assert not bucket.has_objects("datasets/c/")


@pytest.mark.parametrize("key", ["datasets/a/words", "datasets/a/words.txt.older", "datasets/c"])
def test_a_key_that_only_begins_or_continues_another_is_missing(bucket: Bucket, key: str) -> None:
    assert bucket.describe_or_none(key) is None
    assert bucket.read_or_none(key) is None


def test_an_object_is_read_whole_or_up_to_a_number_of_bytes(bucket: Bucket) -> None:
    assert bucket.read_or_none("datasets/a/words.txt") == b"ant\nbee\n"
    assert bucket.read_or_none("datasets/a/words.txt", 3) == b"ant"
    assert bucket.read_head("datasets/a/words.txt", 5) == b"ant\nb"


def test_json_is_written_without_numbers_that_json_lacks(bucket: Bucket, fake_s3: Any) -> None:
    bucket.write_json("evaluations/job/evaluation.json", {"pwll": -2.5})
    assert json.loads(fake_s3.objects["evaluations/job/evaluation.json"]) == {"pwll": -2.5}
    with pytest.raises(ValueError, match="not JSON compliant"):
        bucket.write_json("evaluations/job/evaluation.json", {"pwll": float("nan")})
