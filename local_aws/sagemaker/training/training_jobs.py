"""CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs, StopTrainingJob."""

import copy
import re

from local_aws.sagemaker.core import listing, quotas, tags
from local_aws.sagemaker.core.api_call import Call, Record, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.service import Operation, Service, in_background
from local_aws.sagemaker.training.channels import (
    check_channels,
    data_client,
    location_of,
    require_objects,
    s3_location,
)
from local_aws.sagemaker.training.container_files import hosts
from local_aws.sagemaker.training.training_run import TrainingRun

SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)


def create(service: Service, call: Call) -> Record:
    """CreateTrainingJob: check what SageMaker checks at once, then train in the background."""
    arn = call.arn("training-job", call.inputs["TrainingJobName"])
    _check_name(service, arn)
    _check_request(service, call)
    _check_data(service, call)
    job = _new_job(call, arn)
    with service.store.lock:
        _check_name(service, arn)  # another call may have been faster
        _check_quota(service, call)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.training_jobs[arn] = job
        run = service.training_runs[arn] = TrainingRun(service, job)
    in_background(run.run, f"training job {job['TrainingJobName']}")
    return {"TrainingJobArn": arn}


def _check_name(service: Service, arn: str) -> None:
    if arn in service.store.training_jobs:
        raise ServiceError(
            "ResourceInUse",
            "Training job names must be unique within an AWS account and region, and a training job with "
            f"this name already exists ({arn})",
        )


def _check_request(service: Service, call: Call) -> None:
    inputs = call.inputs
    algorithm = inputs.get("AlgorithmSpecification", {})
    if "TrainingImage" not in algorithm:
        raise invalid("AlgorithmSpecification names no TrainingImage; only images train on this machine.")
    service.catalog.program(algorithm["TrainingImage"], "train")
    for metric in algorithm.get("MetricDefinitions", []):
        _check_expression(metric)
    if "ResourceConfig" not in inputs or "StoppingCondition" not in inputs:
        raise invalid("ResourceConfig and StoppingCondition are required for a training job.")
    if not {"InstanceType", "InstanceCount"} <= set(inputs["ResourceConfig"]):
        raise invalid(
            "ResourceConfig needs an InstanceType and an InstanceCount: instance groups aren't served on "
            "this machine."
        )
    s3_location(inputs["OutputDataConfig"]["S3OutputPath"], "S3OutputPath")
    check_channels(inputs.get("InputDataConfig", []), algorithm["TrainingInputMode"])


def _check_expression(metric: Record) -> None:
    try:
        groups = re.compile(metric["Regex"]).groups
    except re.error as error:
        raise invalid(f"The Regex of the metric {metric['Name']} is wrong: {error}.") from error
    if not groups:
        raise invalid(f"The Regex of the metric {metric['Name']} needs a group for its value.")


def _check_data(service: Service, call: Call) -> None:
    role_arn = call.inputs["RoleArn"]
    s3 = data_client(service, role_arn)
    for channel in call.inputs.get("InputDataConfig", []):
        require_objects(s3, location_of(channel), role_arn, call.region)


def _check_quota(service: Service, call: Call) -> None:
    instance = call.inputs["ResourceConfig"]["InstanceType"]
    active = sum(
        len(hosts(job))
        for job in call.in_region(service.store.training_jobs)
        if job["TrainingJobStatus"] in {"InProgress", "Stopping"}
        and job["ResourceConfig"]["InstanceType"] == instance
    )
    quotas.require(service, call, (instance, "training job"), active, len(hosts(call.inputs)))


def _new_job(call: Call, arn: str) -> Record:
    moment = now()
    return {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **call.described(),
        "TrainingJobArn": arn,
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "CreationTime": moment,
        "LastModifiedTime": moment,
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": moment, "StatusMessage": "Starting the training job"}
        ],
    }


def _existing(service: Service, call: Call) -> Record:
    arn = call.arn("training-job", call.inputs["TrainingJobName"])
    if arn not in service.store.training_jobs:
        raise invalid("Requested resource not found.")
    return service.store.training_jobs[arn]


def describe(service: Service, call: Call) -> Record:
    """DescribeTrainingJob."""
    with service.store.lock:
        return copy.deepcopy(_existing(service, call))


def list_(service: Service, call: Call) -> Record:
    """ListTrainingJobs: newest first unless asked otherwise."""
    with service.store.lock:
        jobs = call.in_region(service.store.training_jobs)
        chosen, token = listing.page(jobs, call.inputs, name="TrainingJobName", status="TrainingJobStatus")
        return {"TrainingJobSummaries": [listing.summary(job, SUMMARY) for job in chosen], **token}


def stop(service: Service, call: Call) -> Record:
    """StopTrainingJob: SIGTERM, and SIGKILL after 120 seconds; the call returns at once."""
    with service.store.lock:
        job = _existing(service, call)
        status = job["TrainingJobStatus"]
        if status not in {"InProgress", "Stopping"}:
            raise invalid(
                f"The request was rejected because the training job is in status {status}: "
                "only a job that is in progress can be stopped."
            )
        run = service.training_runs[job["TrainingJobArn"]]
    run.stop("Stopped")
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateTrainingJob": create,
    "DescribeTrainingJob": describe,
    "ListTrainingJobs": list_,
    "StopTrainingJob": stop,
}
