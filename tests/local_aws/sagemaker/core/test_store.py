import json

from local_aws.sagemaker.core.store import Store


def test_what_is_saved_is_json_and_comes_back() -> None:
    store = Store()
    assert store.snapshot() is None
    store.models["arn"] = {"ModelName": "m", "CreationTime": 1.5}
    store.tags["arn"] = {"a": "1"}
    back = Store()
    back.restore(json.loads(json.dumps(store.snapshot())))
    assert back.snapshot() == store.snapshot()


def test_jobs_that_ran_have_failed_and_say_why() -> None:
    store = Store()
    for name, status in (("a", "InProgress"), ("b", "Stopping"), ("c", "Completed")):
        store.training_jobs[name] = {
            "TrainingJobStatus": status,
            "SecondaryStatusTransitions": [{"Status": "Training", "StartTime": 1.0}],
        }
    back = Store()
    saved = store.snapshot()
    assert saved is not None
    back.restore(saved)
    statuses = [job["TrainingJobStatus"] for job in back.training_jobs.values()]
    assert statuses == ["Failed", "Failed", "Completed"]
    given_up = back.training_jobs["a"]
    assert given_up["FailureReason"].startswith("InternalServerError: The local AWS stopped")
    assert [change["Status"] for change in given_up["SecondaryStatusTransitions"]] == ["Training", "Failed"]
    assert given_up["SecondaryStatusTransitions"][0]["EndTime"] > 1
