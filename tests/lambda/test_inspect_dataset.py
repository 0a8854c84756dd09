import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError

from data_prep import dataset, recordio
from data_prep.adoption import adopt

Load = Callable[..., Any]
BUCKET = "data-bucket"
MANIFEST = "datasets/bars/manifest.json"
TRAIN = "datasets/bars/train/part-00000.pbr"
TEST = "datasets/bars/test/part-00000.pbr"
COUNTS = np.arange(1, 101).reshape(20, 5)
DEFAULTS = {
    "dataset": "bars",
    "num_topics": 3,
    "alpha0": 1.0,
    "max_restarts": 10,
    "max_iterations": 1000,
    "tol": 1e-8,
    "promote": True,
    "minimum_pwll": None,
    "require_promotion": False,
}


TRAINING = {
    "instance_type": "ml.c4.2xlarge",
    "instance_count": 1,
    "max_runtime_seconds": 5400,
    "jobs_at_once": 2,
    "price_per_instance_hour": 0.5,
    "algorithm": "built-in",
}
ENDPOINT = {"instance_type": "ml.c4.xlarge", "instance_count": 1}
FOR_TRAINING = "ml.c4.2xlarge for training job usage"
FOR_ENDPOINT = "ml.c4.xlarge for endpoint usage"


class FakeQuotas:
    """The account's quotas, one a page; `refusal` is raised by the second page."""

    def __init__(self) -> None:
        self.values = {"ml.m5.large for training job usage": 0.0, FOR_TRAINING: 20.0, FOR_ENDPOINT: 20.0}
        self.refusal: Exception | None = None

    def get_paginator(self, operation: str) -> "FakeQuotas":
        assert operation == "list_service_quotas"
        return self

    def paginate(self, *, ServiceCode: str, PaginationConfig: dict[str, int]) -> Any:  # noqa: N803 -- boto3's names
        assert (ServiceCode, PaginationConfig) == ("sagemaker", {"PageSize": 100})
        for number, (name, value) in enumerate(self.values.items()):
            yield {"Quotas": [{"QuotaName": name, "QuotaCode": f"L-{number}", "Value": value}]}
            if self.refusal:
                raise self.refusal


@pytest.fixture
def quotas() -> FakeQuotas:
    return FakeQuotas()


@pytest.fixture
def bucket(fake_s3: Any, tmp_path: Path) -> Any:
    dataset.write(tmp_path, "bars", COUNTS[:16], COUNTS[16:], source="A test.", shard_bytes=100)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            fake_s3.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    return fake_s3


@pytest.fixture
def run(load: Load, bucket: Any, quotas: FakeQuotas, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    handler = load("inspect_dataset", DATA_BUCKET=BUCKET, JOB_PREFIX="lda-dev")
    monkeypatch.setattr(handler, "_S3", bucket)
    monkeypatch.setattr(handler, "_QUOTAS", quotas)
    monkeypatch.setenv("INPUT_DEFAULTS", json.dumps(DEFAULTS))

    def inspect(given: Any, training: Any = None, endpoint: Any = None) -> Any:
        monkeypatch.setenv("TRAINING", json.dumps({**TRAINING, **(training or {})}))
        monkeypatch.setenv("ENDPOINT", json.dumps({**ENDPOINT, **(endpoint or {})}))
        event = {
            "input": given,
            "execution_name": "Run_1",
            "execution_arn": "arn:aws:states:::execution:M:Run_1",
        }
        return handler.handler(event, None)

    return inspect


def edit_manifest(bucket: Any, edit: Callable[[Any], None]) -> None:
    document = json.loads(bucket.objects[MANIFEST])
    edit(document)
    bucket.objects[MANIFEST] = json.dumps(document).encode()


def refusal(run: Callable[..., Any], given: Any, **settings: Any) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        run(given, **settings)
    assert type(raised.value).__name__ == "InvalidInputError"
    return str(raised.value)


def test_the_normalised_input_is_all_that_later_states_read(run: Callable[..., Any], bucket: Any) -> None:
    shards = json.loads(bucket.objects[MANIFEST])["splits"]["test"]["shards"]
    digest = hashlib.sha256("\n".join(shard["sha256"] for shard in shards).encode()).hexdigest()
    arn_digest = hashlib.sha256(b"arn:aws:states:::execution:M:Run_1").hexdigest()[:8]
    assert len(shards) > 1
    assert run({"num_topics": 4, "minimum_pwll": -3}) == {
        "dataset": "bars",
        "job_name_base": f"lda-dev-run-1-{arn_digest}",
        "candidates": [
            {
                "name": f"lda-dev-run-1-{arn_digest}",
                "hyperparameters": {
                    "num_topics": "4",
                    "alpha0": "1",
                    "max_restarts": "10",
                    "max_iterations": "1000",
                    "tol": "1e-08",
                    "feature_dim": "5",
                    "mini_batch_size": "16",
                },
            }
        ],
        "channels": {
            "train": f"s3://{BUCKET}/datasets/bars/train/",
            "test": f"s3://{BUCKET}/datasets/bars/test/",
        },
        "content_type": "application/x-recordio-protobuf",
        "test_split": digest,
        "smoke_test": {"keys": [0, 1, 2, 3, 4], "values": [81.0, 82.0, 83.0, 84.0, 85.0], "shape": [5]},
        "promote": True,
        "minimum_pwll": -3,
        "require_promotion": False,
        "dry_run": False,
        "promote_training_job": None,
        "started_by": "",
        "report": {
            "dataset": "bars",
            "documents": {"train": 16, "test": 4},
            "vocabulary": 5,
            "tokens": int(COUNTS[:16].sum()),
            "candidates": [{"num_topics": 4, "alpha0": 1}],
            "training": {
                "instance_type": "ml.c4.2xlarge",
                "instance_count": 1,
                "jobs_at_once": 1,
                "longest_hours": 1.5,
                "price_per_instance_hour": 0.5,
                "at_most_cost": 0.75,
            },
            "notes": [],
        },
    }


def test_a_sweep_is_a_candidate_for_each_combination_and_costs_them_all(run: Callable[..., Any]) -> None:
    found = run({"num_topics": [2, 3], "alpha0": [0.5, 1], "dry_run": True, "started_by": "zoe"})
    base = found["job_name_base"]
    told = [(one["name"], one["hyperparameters"]["num_topics"]) for one in found["candidates"]]
    assert told == [(f"{base}-1", "2"), (f"{base}-2", "2"), (f"{base}-3", "3"), (f"{base}-4", "3")]
    assert found["report"]["candidates"][2] == {"num_topics": 3, "alpha0": 0.5}
    assert found["report"]["training"]["jobs_at_once"] == 2
    assert found["report"]["training"]["at_most_cost"] == 4 * 0.75
    assert (found["dry_run"], found["started_by"]) == (True, "zoe")


def test_without_a_price_nobody_guesses_the_cost(run: Callable[..., Any]) -> None:
    told = run({}, training={"price_per_instance_hour": None})["report"]["training"]
    assert (told["at_most_cost"], told["price_per_instance_hour"]) == (None, None)


def test_a_dataset_may_be_named_by_its_manifest(run: Callable[..., Any]) -> None:
    assert run({"manifest": MANIFEST})["dataset"] == "bars"


def test_the_smoke_tests_document_is_short_however_long_the_first_one_is(
    load: Load, run: Callable[..., Any]
) -> None:
    assert run({})["smoke_test"]["keys"]
    training = load("inspect_dataset", "training")
    document = load("inspect_dataset", "record").Document(None, [1.0] * 100_000, None)
    manifest = type("Manifest", (), {"feature_dim": 100_000})
    assert len(json.dumps(training.smoke_test(document, manifest))) < 5000


def test_every_problem_is_told_at_once(run: Callable[..., Any], bucket: Any, quotas: FakeQuotas) -> None:
    del bucket.objects[TEST]
    bucket.objects[TRAIN] += b"0000"
    quotas.values[FOR_TRAINING] = quotas.values[FOR_ENDPOINT] = 0
    found = refusal(run, {"topics": 3, "num_topics": 6, "tol": 0})
    assert found.startswith("7 problems: (1) The execution's input has an unknown field 'topics'. (2) The")
    for part in (
        "The field tol",
        f"names {TEST}",
        f"{TRAIN} has",
        "num_topics is 6",
        FOR_TRAINING,
        FOR_ENDPOINT,
    ):
        assert found.count(part) == 1


def test_an_unclear_dataset_is_not_looked_at(run: Callable[..., Any], bucket: Any) -> None:
    assert "names a dataset and a manifest" in refusal(run, {"dataset": "bars", "manifest": MANIFEST})
    assert bucket.calls == []


def test_files_without_a_manifest_are_to_be_adopted(run: Callable[..., Any], bucket: Any) -> None:
    del bucket.objects[MANIFEST]
    found = refusal(run, {})
    assert found.startswith(
        "The dataset 'bars' has no manifest: s3://data-bucket/datasets/bars/manifest.json"
    )
    assert found.endswith("python -m data_prep adopt s3://data-bucket/datasets/bars")


def test_what_the_console_leaves_for_a_folder_is_no_shard(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects["datasets/bars/train/"] = b""
    assert run({})["dataset"] == "bars"


def test_a_dataset_that_isnt_there_is_named_beside_those_that_are(run: Callable[..., Any]) -> None:
    assert refusal(run, {"dataset": "nips"}) == (
        "There is no dataset 'nips': s3://data-bucket/datasets/nips/manifest.json doesn't exist. "
        "The bucket's datasets: bars."
    )


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"{}", b'{"schema": 1}', b"\xff\xfe", b'{"schema": 1, "splits": []}']
)
def test_what_is_no_manifest_is_said_to_be_none(run: Callable[..., Any], bucket: Any, content: bytes) -> None:
    bucket.objects[MANIFEST] = content
    assert refusal(run, {}).startswith("datasets/bars/manifest.json isn't a manifest (")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda m: m.update(schema=2), "is of schema 2, and only 1 is known"),
        (lambda m: m.update(feature_dim=0), "feature_dim is 0"),
        (lambda m: m.update(feature_dim="many"), "isn't a manifest (ValueError"),
        (
            lambda m: m.update(content_type="application/json"),
            "LDA trains on application/x-recordio-protobuf",
        ),
        (lambda m: m.update(content_type="text/csv;label_size=1"), "LDA takes documents without labels"),
        (lambda m: m["splits"]["test"].update(shards=[], documents=0), "The test split of"),
        (lambda m: m["splits"]["train"].update(documents=0), "The train split of"),
        (lambda m: m["splits"]["test"]["shards"][0].update(bytes=0), "is empty"),
        (lambda m: m["splits"]["test"]["shards"][0].update(key="datasets/other/test/x"), "outside"),
        (lambda m: m["splits"]["test"]["shards"][0].update(s3_checksum={}), "isn't a manifest (KeyError"),
    ],
)
def test_a_manifest_that_says_nonsense_is_refused(
    run: Callable[..., Any], bucket: Any, edit: Callable[[Any], None], sentence: str
) -> None:
    edit_manifest(bucket, edit)
    assert sentence in refusal(run, {})


def test_a_missing_shard_is_named(run: Callable[..., Any], bucket: Any) -> None:
    del bucket.objects[TEST]
    assert refusal(run, {}).startswith(f"{MANIFEST} names {TEST}, which isn't in the bucket.")


def test_an_extra_object_is_named_since_sagemaker_would_train_on_it(
    run: Callable[..., Any], bucket: Any
) -> None:
    bucket.objects["datasets/bars/train/part-old.pbr"] = b"x"
    assert refusal(run, {}).startswith(f"datasets/bars/train/part-old.pbr isn't in {MANIFEST}")


def test_a_shard_of_another_size_is_named(run: Callable[..., Any], bucket: Any) -> None:
    size = len(bucket.objects[TRAIN])
    bucket.objects[TRAIN] += b"0000"
    assert f"{TRAIN} has {size + 4} bytes, and {MANIFEST} says {size}." in refusal(run, {})


@pytest.mark.parametrize(
    "answer",
    [
        {"ChecksumCRC64NVME": "other", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "COMPOSITE"},
        {},
    ],
)
def test_a_shard_of_another_checksum_is_named(
    run: Callable[..., Any], bucket: Any, answer: dict[str, str]
) -> None:
    said = {"algorithm": "CRC64NVME", "type": "FULL_OBJECT", "value": "AAAA"}
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(s3_checksum=said))
    bucket.checksums[TRAIN] = {"ChecksumCRC64NVME": "AAAA", "ChecksumType": "FULL_OBJECT"}
    run({})
    bucket.checksums[TRAIN] = answer
    assert f"{TRAIN} has the CRC64NVME checksum" in refusal(run, {})


def test_a_shard_over_another_vocabulary_is_named(run: Callable[..., Any], bucket: Any) -> None:
    edit_manifest(bucket, lambda m: m.update(feature_dim=6))
    sentence = refusal(run, {})
    assert "The first record of datasets/bars/" in sentence
    assert "has 5 features, and feature_dim of datasets/bars/manifest.json is 6" in sentence


def test_a_shard_that_isnt_recordio_is_named(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects[TRAIN] = b"\x1f\x8b" + bucket.objects[TRAIN][2:]
    assert refusal(run, {}).startswith(f"{TRAIN} isn't RecordIO-protobuf: no RecordIO frame begins at byte 0")


def test_a_record_longer_than_the_first_request_is_read_by_a_second(
    load: Load, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("inspect_dataset", "shards"), "HEAD_BYTES", 20)
    expected = [81.0, 82.0, 83.0, 84.0, 85.0]
    assert run({})["smoke_test"]["values"] == expected
    ranges = {request["Range"] for _, request in bucket.calls if "Range" in request}
    assert "bytes=0-19" in ranges
    assert len(ranges) > 1


def test_a_shard_cut_within_its_first_record_is_named(run: Callable[..., Any], bucket: Any) -> None:
    bucket.objects[TRAIN] = bucket.objects[TRAIN][:20]
    edit_manifest(bucket, lambda m: m["splits"]["train"]["shards"][0].update(bytes=20))
    assert "but the file at byte 20" in refusal(run, {})


def test_a_record_beyond_the_bound_is_not_read(
    load: Load, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("inspect_dataset", "shards"), "HEAD_BYTES", 20)
    monkeypatch.setattr(load("inspect_dataset", "shards"), "LARGEST_RECORD", 30)
    assert "the first record is longer than 30 bytes" in refusal(run, {})
    assert all(int(request["Range"].split("-")[1]) < 30 for _, request in bucket.calls if "Range" in request)


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
def test_the_smoke_tests_document_has_words_when_the_first_has_none(
    run: Callable[..., Any], bucket: Any, tmp_path: Path
) -> None:
    test = np.array([[0, 0, 0, 0, 0], [0, 7, 0, 0, 0]])
    dataset.write(tmp_path, "bars", COUNTS, test, source="A test.")
    for path in list(bucket.objects):
        del bucket.objects[path]
    for path in (tmp_path / "datasets").rglob("*.*"):
        bucket.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    assert run({})["smoke_test"] == {"keys": [1], "values": [7.0], "shape": [5]}


def test_of_many_bad_shards_the_first_are_told_and_the_others_counted(
    run: Callable[..., Any], bucket: Any
) -> None:
    shards = [shard["key"] for shard in json.loads(bucket.objects[MANIFEST])["splits"]["train"]["shards"]]
    assert len(shards) > 4
    for key in shards:
        bucket.objects[key] = b"\x1f\x8b" + bucket.objects[key][2:]
    found = refusal(run, {})
    assert found.startswith("3 problems: ")
    assert f"And so it is with {len(shards) - 3} more shards." in found


def test_many_missing_and_many_extra_objects_are_counted(run: Callable[..., Any], bucket: Any) -> None:
    for number in range(5):
        bucket.objects[f"datasets/bars/test/old-{number}"] = b"x"
    del bucket.objects[TEST], bucket.objects[TRAIN]
    found = refusal(run, {})
    assert "old-0, datasets/bars/test/old-1, datasets/bars/test/old-2 and 2 more aren't in" in found
    assert found.count("isn't in the bucket") == 2


@pytest.mark.parametrize("content_type", ["text/csv", "text/csv;label_size=0", "text/csv; label_size=0"])
def test_csv_shards_are_checked_and_their_channels_say_that_there_is_no_label(
    run: Callable[..., Any], bucket: Any, content_type: str
) -> None:
    as_csv(bucket, content_type)
    found = run({})
    assert found["content_type"] == "text/csv;label_size=0"
    assert found["smoke_test"] == {"keys": [1], "values": [7.0], "shape": [5]}


@pytest.mark.parametrize("ending", ["pbr", "csv"])
def test_adopted_files_are_a_dataset(
    run: Callable[..., Any], bucket: Any, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "adopted" / "datasets" / "mine"
    for part, counts in (("train", COUNTS[:16]), ("test", COUNTS[16:])):
        (folder / part).mkdir(parents=True)
        if ending == "csv":
            np.savetxt(folder / part / "a.csv", counts, fmt="%d", delimiter=",")
        else:
            recordio.write(folder / part / "a.pbr", counts)
    adopt(folder)
    for path in folder.rglob("*.*"):
        bucket.objects[f"datasets/mine/{path.relative_to(folder)}"] = path.read_bytes()
    found = run({"dataset": "mine"})
    assert found["report"]["documents"] == {"train": 16, "test": 4}
    assert found["smoke_test"]["values"] == [81.0, 82.0, 83.0, 84.0, 85.0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1,2,3,4\n", "has 4 values in line 1, and feature_dim of datasets/bars/manifest.json is 5"),
        (b"a,b,c,d,e\n1,2,3,4,5\n", "has 'a' for value 1 of line 1"),
        (b"\n\n1,2,-3,4,5\n", "has '-3' for value 3 of line 3"),
        (b"\n\n", "isn't CSV: it holds no line with numbers"),
        (b"\xef\xbb\xbf1,2,3,4,5\n", "byte order mark"),
    ],
)
def test_a_csv_shard_that_begins_otherwise_is_named(
    run: Callable[..., Any], bucket: Any, content: bytes, sentence: str
) -> None:
    as_csv(bucket, "text/csv", train=content)
    found = refusal(run, {})
    assert "datasets/bars/train/a.csv" in found
    assert sentence in found


def test_a_long_first_line_is_read_by_further_requests_up_to_a_bound(
    load: Load, run: Callable[..., Any], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards = load("inspect_dataset", "shards")
    monkeypatch.setattr(shards, "HEAD_BYTES", 20)
    as_csv(bucket, "text/csv", train=b"1,2,3,4," + b"0" * 100 + b"5\n1,2,3,4,5\n")
    assert run({})["dataset"] == "bars"
    monkeypatch.setattr(shards, "LARGEST_RECORD", 40)
    assert "the first record is longer than 40 bytes" in refusal(run, {})


@pytest.mark.parametrize(("given", "most"), [({"num_topics": 6}, 6), ({"num_topics": [3, 6, 2]}, 6)])
def test_more_topics_than_words_are_a_problem(run: Callable[..., Any], given: Any, most: int) -> None:
    assert refusal(run, given) == (
        f"num_topics is {most}, but the vocabulary of {MANIFEST} has 5 words: there can't be more topics "
        "than words."
    )


def test_more_topics_than_documents_are_a_problem(run: Callable[..., Any], bucket: Any) -> None:
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(documents=2))
    assert f"num_topics is 3, but {MANIFEST} has 2 train documents" in refusal(run, {})


@pytest.mark.parametrize(
    ("given", "training", "note"),
    [
        ({"alpha0": [1, 50]}, {}, "alpha0 is 50; values from 0.1 to 10 are usual."),
        ({"tol": 0.5}, {}, "tol is 0.5: the decomposition may stop far from the topics."),
        ({}, {"instance_count": 20}, "train shards for 20 training instances"),
    ],
)
def test_what_is_risky_but_allowed_is_a_note(
    run: Callable[..., Any], given: Any, training: Any, note: str
) -> None:
    (told,) = run(given, training=training)["report"]["notes"]
    assert note in told


def test_fewer_tokens_than_numbers_to_learn_are_a_note(run: Callable[..., Any], bucket: Any) -> None:
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(tokens=14))
    (told,) = run({"num_topics": 3})["report"]["notes"]
    assert "14 tokens, less than one for each word of each of 3 topics over 5 words" in told
    edit_manifest(bucket, lambda m: m["splits"]["train"].update(tokens=15))
    assert run({"num_topics": 3})["report"]["notes"] == []


def test_instance_types_are_those_that_sagemakers_api_lists(run: Callable[..., Any]) -> None:
    found = refusal(
        run, {}, training={"instance_type": "ml.c9.2xlarge"}, endpoint={"instance_type": "ml.c4.x"}
    )
    assert "The setting training_instance_type is 'ml.c9.2xlarge'" in found
    assert "TrainingInstanceType lists (botocore 1." in found
    assert "Like it are ml.c" in found
    assert "The setting endpoint_instance_type is 'ml.c4.x'" in found


def test_the_endpoints_instances_play_no_part_in_a_run_that_promotes_nothing(
    run: Callable[..., Any], quotas: FakeQuotas
) -> None:
    quotas.values[FOR_ENDPOINT] = 0
    told = run({"promote": False}, endpoint={"instance_type": "ml.c4.x"})
    assert told["report"]["notes"] == []


def test_a_quota_below_a_single_job_is_a_problem_that_says_what_to_ask_for(
    run: Callable[..., Any], quotas: FakeQuotas
) -> None:
    quotas.values[FOR_TRAINING] = 1
    found = refusal(run, {}, training={"instance_count": 2, "algorithm": "open"})
    assert found == (
        f"The account's quota '{FOR_TRAINING}' is 1, and a training job takes 2. Ask for 2: in the console "
        "under Service Quotas, AWS services, Amazon SageMaker, or with aws service-quotas "
        "request-service-quota-increase --service-code sagemaker --quota-code L-1 --desired-value 2"
    )


def test_a_quota_for_fewer_jobs_at_once_slows_a_sweep_down_and_no_more(
    run: Callable[..., Any], quotas: FakeQuotas
) -> None:
    quotas.values[FOR_TRAINING] = 5
    told = run({"num_topics": [1, 2, 3, 4]}, training={"instance_count": 2, "jobs_at_once": 4})["report"]
    assert told["training"]["jobs_at_once"] == 2
    assert f"quota '{FOR_TRAINING}' is 5: 2 training jobs run at once instead of 4" in told["notes"][0]


def test_replacing_an_endpoint_takes_twice_its_instances(run: Callable[..., Any], quotas: FakeQuotas) -> None:
    quotas.values[FOR_ENDPOINT] = 5
    found = refusal(run, {}, endpoint={"instance_count": 3})
    assert "is 5, and replacing the endpoint's 3 by as many new ones takes 6" in found
    quotas.values[FOR_ENDPOINT] = 6
    assert run({}, endpoint={"instance_count": 3})["report"]["notes"] == []


@pytest.mark.parametrize(
    "refused",
    [
        ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "ListServiceQuotas"),
        EndpointConnectionError(endpoint_url="https://servicequotas"),
        ResponseParserError("no JSON"),
    ],
)
def test_quotas_that_cannot_be_read_are_a_note(
    run: Callable[..., Any], quotas: FakeQuotas, refused: Exception
) -> None:
    quotas.refusal = refused
    (told,) = run({})["report"]["notes"]
    assert f"The quota '{FOR_TRAINING}', '{FOR_ENDPOINT}' wasn't checked: {str(refused)[:20]}" in told


def test_a_quota_that_is_not_listed_is_a_note(run: Callable[..., Any], quotas: FakeQuotas) -> None:
    del quotas.values[FOR_ENDPOINT]
    (told,) = run({})["report"]["notes"]
    assert f"'{FOR_ENDPOINT}' wasn't checked: Service Quotas doesn't list it" in told


def test_quotas_are_read_for_a_bounded_time(load: Load, quotas: FakeQuotas) -> None:
    times = iter([0.0, 1.0, 21.0])
    read = load("inspect_dataset", "quotas").read(quotas, ["x"], clock=lambda: next(times))
    assert read.notes(["x"]) == [
        "The quota 'x' wasn't checked: listing SageMaker's quotas took longer than 20 seconds."
    ]


def as_csv(bucket: Any, content_type: str, train: bytes = b"0,0,0,0,0\r\n1,2,3,4,5\r\n") -> None:
    """Put one CSV shard in the place of each split's shards."""
    contents = {"train": train, "test": b"0,0,0,0,0\n0,7,0,0,0\n0,1"}

    def describe(manifest: Any) -> None:
        manifest["content_type"] = content_type
        for part, content in contents.items():
            for shard in manifest["splits"][part]["shards"]:
                bucket.objects.pop(shard["key"], None)
            key = f"datasets/bars/{part}/a.csv"
            bucket.objects[key] = content
            shard = {"key": key, "bytes": len(content), "sha256": "0" * 64, "s3_checksum": None}
            manifest["splits"][part]["shards"] = [shard]

    edit_manifest(bucket, describe)
