import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Run = Callable[..., Any]
Refusal = Callable[[Run, Any], str]
BUCKET = "data-bucket"
MANIFEST = "datasets/bars/manifest.json"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"


def test_an_empty_input_means_the_settings_dataset_its_test_split_and_the_model_in_service(
    run: Run, bucket: Any
) -> None:
    found = run({})
    assert re.fullmatch("lda-dev-transform-[0-9a-f]{8}", found.pop("name"))
    assert found == {
        "training_job": JOB,
        "model_data_url": URL,
        "input": f"s3://{BUCKET}/datasets/bars/test/",
        "content_type": "application/x-recordio-protobuf",
        "split_type": "RecordIO",
        "objects": len([key for key in bucket.objects if key.startswith("datasets/bars/test/")]),
        "documents": 4,
        "started_by": "",
    }


def test_each_field_takes_effect(run: Run, aws: Any, bucket: Any) -> None:
    earlier = "lda-dev-earlier-89abcdef-0"
    aws.complete(earlier)
    bucket.objects[f"models/{earlier}/output/model.tar.gz"] = b"a model"
    given = {"dataset": "bars", "split": "train", "training_job": earlier, "started_by": "Ann", "Comment": 1}
    found = run(given)
    assert found["input"].endswith("/datasets/bars/train/")
    assert (found["training_job"], found["documents"], found["started_by"]) == (earlier, 16, "Ann")


@pytest.mark.parametrize(
    ("suffix", "content_type", "split_type"),
    [
        ("pbr", "application/x-recordio-protobuf", "RecordIO"),
        ("rec", "application/x-recordio-protobuf", "RecordIO"),
        ("data", "application/x-recordio-protobuf", "RecordIO"),
        ("csv", "text/csv", "Line"),
        ("CSV", "text/csv", "Line"),
    ],
)
def test_a_prefix_is_read_by_the_suffixes_of_its_keys(
    run: Run, bucket: Any, suffix: str, content_type: str, split_type: str
) -> None:
    bucket.objects |= {
        "datasets/mine/": b"",
        f"datasets/mine/a.{suffix}": b"1,2,3,4,5",
        f"datasets/mine/b/c.{suffix}": b"1,2,3,4,5",
    }
    found = run({"prefix": "datasets/mine/"})
    assert found["input"] == f"s3://{BUCKET}/datasets/mine/"
    assert (found["content_type"], found["split_type"]) == (content_type, split_type)
    assert (found["objects"], found["documents"]) == (2, None)


@pytest.mark.parametrize(
    ("objects", "sentence"),
    [
        ({}, "There is nothing to score under s3://data-bucket/datasets/mine/."),
        ({"a.csv": b"1", "b.pbr": b"1"}, "a.csv is text/csv, datasets/mine/b.pbr is application/x-recordio"),
        ({"a.csv": b"1", "README": b"1"}, "datasets/mine/README has none of .pbr, .rec"),
        ({"A": b"1", "B": b"1", "C": b"1"}, "datasets/mine/A and 2 others have none of"),
        ({"a.csv": b""}, "datasets/mine/a.csv is empty"),
    ],
)
def test_a_prefix_that_cant_be_scored_is_refused(
    run: Run, refusal: Refusal, bucket: Any, objects: dict[str, bytes], sentence: str
) -> None:
    bucket.objects |= {f"datasets/mine/{name}": content for name, content in objects.items()}
    assert sentence in refusal(run, {"prefix": "datasets/mine/"})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "must be an object such as {}, not []."),
        ({"topics": 3}, "unknown field 'topics'. The known fields are dataset, split, prefix, training_job,"),
        ({"dataset": "No!"}, "must be the name of a dataset"),
        ({"split": "validation"}, 'must be "test" or "train".'),
        ({"prefix": "models/x/"}, "it begins with datasets/"),
        ({"prefix": "datasets/x"}, "ends with a slash"),
        ({"prefix": 5}, "must be a folder of the data bucket"),
        ({"training_job": "a b"}, "must be the name of a training job"),
        ({"started_by": "x" * 129}, "a text of at most 128 letters, digits, spaces and _ . : / = + - @"),
        ({"started_by": "Ann & Bob"}, "a text of at most 128 letters"),
        ({"prefix": "datasets/bars/test/", "split": "test"}, "names a prefix and a split"),
        ({"dataset": "none"}, "There is no dataset 'none': s3://data-bucket/datasets/none/manifest.json"),
        ({"training_job": "other-job"}, "There is no training job other-job of this deployment"),
        ({"training_job": "lda-dev-gone"}, "There is no training job lda-dev-gone of this deployment"),
    ],
)
def test_an_invalid_input_is_refused_with_what_is_allowed(
    run: Run, refusal: Refusal, given: Any, sentence: str
) -> None:
    message = refusal(run, given)
    assert sentence in message
    assert "problems:" not in message


def test_all_problems_are_in_one_error(run: Run, refusal: Refusal, aws: Any) -> None:
    aws.served = ""
    message = refusal(run, {"topics": 1, "split": "all", "started_by": 5})
    assert message.startswith("4 problems: (1) The execution's input has an unknown field 'topics'.")
    assert all(f"({number}) " in message for number in (2, 3, 4))
    assert "(4) No model is in service yet: train one first, or name a training job" in message


def test_a_missing_dataset_and_an_invalid_split_are_both_reported(run: Run, refusal: Refusal) -> None:
    message = refusal(run, {"dataset": "none", "split": "all"})
    assert message.startswith("2 problems: (1) The field split")
    assert "(2) There is no dataset 'none'" in message


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda m: m.update(schema=2), "it is of schema 2, and only 1 is known"),
        (lambda m: m.update(content_type="image/png"), "its content_type is 'image/png'"),
        (lambda m: m["splits"].pop("test"), "isn't a manifest: splits has no test."),
        (lambda m: m["splits"]["test"].update(shards=[]), "its test split is empty"),
        (lambda m: m["splits"]["test"]["shards"].pop(), "isn't in datasets/bars/manifest.json"),
        (
            lambda m: m["splits"]["test"]["shards"][0].update(key="datasets/bars/test/x"),
            "names datasets/bars/test/x",
        ),
        (
            lambda m: m["splits"]["test"]["shards"][0].update(bytes=1),
            "but 1 in datasets/bars/manifest.json. Upload the dataset again.",
        ),
        (lambda m: m.update(feature_dim=6), f"over 6 words, and the model of {JOB} has 5"),
    ],
)
def test_a_dataset_that_differs_from_its_manifest_is_refused(
    run: Run, refusal: Refusal, bucket: Any, edit: Callable[[Any], None], sentence: str
) -> None:
    manifest = json.loads(bucket.objects[MANIFEST])
    edit(manifest)
    bucket.objects[MANIFEST] = json.dumps(manifest).encode()
    assert sentence in refusal(run, {})


def test_a_prefix_over_other_words_than_the_models_is_refused(
    run: Run, refusal: Refusal, bucket: Any
) -> None:
    objects = {"a": b"1,2,3,4\n", "b": b"1,2,3,4,5\n", "c": b"1\n"}
    bucket.objects |= {f"datasets/mine/{name}.csv": content for name, content in objects.items()}
    assert refusal(run, {"prefix": "datasets/mine/"}) == (
        f"The documents of datasets/mine/a.csv are over 4 words, and the model of {JOB} has 5: score them "
        "with a model of their vocabulary. The same is true of 1 more of the objects that were read."
    )
    del bucket.objects["datasets/mine/c.csv"]
    assert refusal(run, {"prefix": "datasets/mine/"}).endswith("a model of their vocabulary.")


@pytest.mark.parametrize(("name", "content"), [("a.txt", b"a text\n"), ("a.jsonl", b'{"text": "a text"}\n')])
def test_texts_are_scored_by_a_model_that_counts_their_words(
    load_run: Callable[[str], Run], refusal: Refusal, aws: Any, bucket: Any, name: str, content: bytes
) -> None:
    run = load_run("open")
    url = f"s3://{BUCKET}/models/open/{JOB}/output/model.tar.gz"
    aws.served = url
    aws.jobs[JOB] = {**aws.jobs[JOB], "ModelArtifacts": {"S3ModelArtifacts": url}}
    bucket.objects |= {url.removeprefix(f"s3://{BUCKET}/"): b"a model", f"datasets/mine/{name}": content}
    assert refusal(run, {"prefix": "datasets/mine/"}) == (
        f"datasets/mine/{name} holds texts, and only a model that the open algorithm learned from text counts"
        f" their words; {JOB} isn't one. Score counts (.pbr, .csv), or train on text with the setting"
        " algorithm=open."
    )
    bucket.objects[f"evaluations/{JOB}/preparation.json"] = b"{}"
    found = run({"prefix": "datasets/mine/"})
    assert found["content_type"] == {"a.txt": "text/plain", "a.jsonl": "application/jsonlines"}[name]
    assert found["split_type"] == "Line"


def test_texts_are_not_scored_by_the_built_in_algorithm(run: Run, refusal: Refusal, bucket: Any) -> None:
    bucket.objects |= {"datasets/mine/a.txt": b"a text", f"evaluations/{JOB}/preparation.json": b"{}"}
    assert "datasets/mine/a.txt holds texts" in refusal(run, {"prefix": "datasets/mine/"})


def test_csv_with_a_byte_order_mark_is_refused(run: Run, refusal: Refusal, bucket: Any) -> None:
    mark = b"\xef\xbb\xbf"
    bucket.objects |= {"datasets/mine/a.csv": b"1,2,3,4,5\n", "datasets/mine/b.csv": mark + b"1,2,3,4,5\n"}
    refused = "datasets/mine/b.csv isn't CSV: it begins with a byte order mark; save it as UTF-8 without one."
    assert refusal(run, {"prefix": "datasets/mine/"}) == refused
    bucket.objects["datasets/mine/c.csv"] = mark
    more = f"{refused} 1 more of the objects that were read are no such documents."
    assert refusal(run, {"prefix": "datasets/mine/"}) == more


def test_csv_is_scored_without_the_label_size_of_its_manifest(run: Run, bucket: Any) -> None:
    manifest = json.loads(bucket.objects[MANIFEST])
    bucket.objects[MANIFEST] = json.dumps({**manifest, "content_type": "text/csv;label_size=0"}).encode()
    found = run({})
    assert (found["content_type"], found["split_type"]) == ("text/csv", "Line")


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff"])
def test_a_file_that_isnt_a_manifest_is_refused(
    run: Run, refusal: Refusal, bucket: Any, content: bytes
) -> None:
    bucket.objects[MANIFEST] = content
    assert refusal(run, {}).startswith("datasets/bars/manifest.json isn't a manifest: it ")


@pytest.mark.parametrize(
    ("served", "sentence"),
    [
        (None, "The stack DevServing isn't deployed"),
        ("", "No model is in service yet"),
        (f"s3://{BUCKET}/models/by-hand/model.tar.gz", "isn't a training job's: name a training job"),
        (f"s3://{BUCKET}/models/lda-dev-lost/output/model.tar.gz", "There is no training job lda-dev-lost"),
    ],
)
def test_without_a_model_in_service_a_training_job_must_be_named(
    run: Run, refusal: Refusal, aws: Any, served: str | None, sentence: str
) -> None:
    aws.served = served
    assert sentence in refusal(run, {})


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            {"TrainingJobStatus": "Stopped"},
            f"{JOB} is Stopped, not Completed: it left no model. Name another training job.",
        ),
        (
            {"ModelArtifacts": {"S3ModelArtifacts": f"s3://{BUCKET}/models/open/x/output/model.tar.gz"}},
            "trained by the open algorithm, and this deployment's image is the built-in one",
        ),
        (
            {"ModelArtifacts": {"S3ModelArtifacts": "s3://other/models/x"}},
            "outside of s3://data-bucket/models/",
        ),
    ],
)
def test_a_model_that_cant_score_is_refused(
    run: Run, refusal: Refusal, aws: Any, edit: dict[str, Any], sentence: str
) -> None:
    aws.jobs[JOB] = {**aws.jobs[JOB], **edit}
    assert sentence in refusal(run, {})


def test_a_model_whose_archive_is_gone_is_refused(run: Run, refusal: Refusal, bucket: Any) -> None:
    del bucket.objects[URL.removeprefix(f"s3://{BUCKET}/")]
    assert f"The model of {JOB} is gone: {URL} doesn't exist." in refusal(run, {})


def test_a_missing_permission_is_not_a_missing_training_job(run: Run, aws: Any) -> None:
    aws.jobs[JOB] = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, "DescribeTrainingJob"
    )
    with pytest.raises(ClientError, match="not authorized"):
        run({})
