import json

import pytest

from data_prep.dataset.manifest import Checksum, Manifest, Shard, Split

SHARD = Shard("datasets/a/train/part-00000.pbr", 12, 1, "00ff", Checksum("SHA256", "COMPOSITE", "AAA=-2"))
SPLIT = Split(1, 3, 2, 0, (SHARD,))
MANIFEST = Manifest("a", 5, "sparse", "datasets/a/vocabulary.txt", "Made up.", SPLIT, SPLIT)


def test_a_manifest_is_unchanged_after_a_round_trip_through_json() -> None:
    assert Manifest.from_json(MANIFEST.to_json(), "here") == MANIFEST


def test_the_keys_are_the_shards_and_the_vocabulary() -> None:
    assert MANIFEST.object_keys() == (SHARD.key, SHARD.key, "datasets/a/vocabulary.txt")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "m.json is no manifest"),
        ("[]", "m.json is no manifest"),
        ("{}", "m.json is no manifest"),
        (json.dumps({"schema": 2}), "m.json has schema 2; schema 1 is supported"),
    ],
)
def test_other_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Manifest.from_json(text, "m.json")
