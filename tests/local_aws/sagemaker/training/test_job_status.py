from typing import TYPE_CHECKING, cast

from local_aws.sagemaker.core.store import Store
from local_aws.sagemaker.training.job_status import fail_interrupted_jobs

if TYPE_CHECKING:
    from local_aws.sagemaker.core.resources import TrainingJob


def test_interrupted_jobs_have_failed_with_a_reason() -> None:
    store = Store()
    for name, status in (("a", "InProgress"), ("b", "Stopping"), ("c", "Completed")):
        job = {
            "TrainingJobStatus": status,
            "SecondaryStatusTransitions": [{"Status": "Training", "StartTime": 1.0}],
        }
        store.training_jobs[name] = cast("TrainingJob", job)
    restored = Store()
    saved = store.snapshot()
    assert saved is not None
    restored.restore(saved)
    fail_interrupted_jobs(restored)
    statuses = [job["TrainingJobStatus"] for job in restored.training_jobs.values()]
    assert statuses == ["Failed", "Failed", "Completed"]
    failed = restored.training_jobs["a"]
    assert failed["FailureReason"].startswith("InternalServerError: The local AWS stopped")
    assert [change["Status"] for change in failed["SecondaryStatusTransitions"]] == ["Training", "Failed"]
    assert failed["SecondaryStatusTransitions"][0]["EndTime"] > 1
