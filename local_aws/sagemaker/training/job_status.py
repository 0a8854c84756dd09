"""The statuses of a training job: its secondary statuses, its last one, and jobs that a restart interrupted.

docs.aws.amazon.com/sagemaker/latest/APIReference/API_SecondaryStatusTransition.html
"""

import math

from local_aws.sagemaker.core.api_call import now
from local_aws.sagemaker.core.resources import INTERRUPTED, MAX_FAILURE_REASON, RUNNING, TrainingJob
from local_aws.sagemaker.core.store import Store

MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


def enter(job: TrainingJob, status: str, message: str = "") -> None:
    """Begin a secondary status; the caller holds the store's lock."""
    moment = now()
    transitions = job["SecondaryStatusTransitions"]
    if transitions:
        transitions[-1].setdefault("EndTime", moment)
    transitions.append({"Status": status, "StartTime": moment, "StatusMessage": message or MESSAGES[status]})
    job["SecondaryStatus"] = status
    job["LastModifiedTime"] = moment


def finish(job: TrainingJob, status: str, reason: str = "") -> None:
    """Give a job its last status; the caller holds the store's lock.

    Parameters
    ----------
    job
        The job.
    status
        Its last secondary status.
    reason
        Its FailureReason, empty if it has none.
    """
    moment = _enter_last(job, status, reason)
    if reason:
        job["FailureReason"] = reason[:MAX_FAILURE_REASON]
    seconds = math.ceil(moment - job.setdefault("TrainingStartTime", moment))
    job["TrainingJobStatus"] = {"MaxRuntimeExceeded": "Stopped"}.get(status, status)
    job["TrainingEndTime"] = moment
    job["TrainingTimeInSeconds"] = job["BillableTimeInSeconds"] = seconds


def _enter_last(job: TrainingJob, status: str, message: str) -> float:
    """Begin and end the last secondary status; return its time."""
    enter(job, status, message)
    last = job["SecondaryStatusTransitions"][-1]
    last["EndTime"] = last["StartTime"]
    return last["StartTime"]


def fail_interrupted_jobs(store: Store) -> None:
    """Fail the jobs that ran when the state was saved."""
    reason = INTERRUPTED.format("training")
    with store.lock:
        for job in store.training_jobs.values():
            if job["TrainingJobStatus"] in RUNNING:
                job["TrainingEndTime"] = _enter_last(job, "Failed", reason)
                job["TrainingJobStatus"] = "Failed"
                job["FailureReason"] = reason
