"""CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs, StopTrainingJob."""

import copy
import re
from typing import cast

from local_aws.sagemaker.core import listing, quotas, s3_objects, tags
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.resources import RUNNING, TrainingJob
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.training import job_status
from local_aws.sagemaker.training.channels import channel_location, check_channels
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


def create(service: Service, call: ApiCall) -> JsonObject:
    """CreateTrainingJob: make SageMaker's synchronous checks, then train in the background."""
    arn = call.arn("training-job", call.inputs["TrainingJobName"])
    _check_name(service, arn)
    _check_request(service, call)
    _check_data(call)
    job = _new_job(call, arn)
    with service.store.lock:
        _check_name(service, arn)  # again: another call may have used the name in the meantime
        _check_quota(service, call)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.training_jobs[arn] = job
        service.start_run(arn, TrainingRun(service, job), f"training job {job['TrainingJobName']}")
    return {"TrainingJobArn": arn}


def _check_name(service: Service, arn: str) -> None:
    if arn in service.store.training_jobs:
        raise ServiceError(
            "ResourceInUse",
            "Training job names must be unique within an AWS account and region, and a training job with "
            f"this name already exists ({arn})",
        )


def _check_request(service: Service, call: ApiCall) -> None:
    inputs = call.inputs
    algorithm = inputs.get("AlgorithmSpecification", {})
    if "TrainingImage" not in algorithm:
        raise invalid(
            "AlgorithmSpecification has no TrainingImage; AlgorithmName isn't supported by the local AWS."
        )
    service.images.program(algorithm["TrainingImage"], "train")
    for metric in algorithm.get("MetricDefinitions", []):
        _check_metric_definition(metric)
    if "ResourceConfig" not in inputs or "StoppingCondition" not in inputs:
        raise invalid("ResourceConfig and StoppingCondition are required for a training job.")
    if not {"InstanceType", "InstanceCount"} <= set(inputs["ResourceConfig"]):
        raise invalid(
            "ResourceConfig needs an InstanceType and an InstanceCount: instance groups aren't supported "
            "by the local AWS."
        )
    s3_objects.parse_uri(inputs["OutputDataConfig"]["S3OutputPath"], "S3OutputPath")
    check_channels(inputs.get("InputDataConfig", []), algorithm["TrainingInputMode"])


def _check_metric_definition(metric: JsonObject) -> None:
    try:
        groups = re.compile(metric["Regex"]).groups
    except re.error as error:
        raise invalid(f"The Regex of the metric {metric['Name']} is invalid: {error}.") from error
    if not groups:
        raise invalid(f"The Regex of the metric {metric['Name']} needs a group for its value.")


def _check_data(call: ApiCall) -> None:
    role_arn = call.inputs["RoleArn"]
    s3 = s3_objects.client_of_role(role_arn)
    for channel in call.inputs.get("InputDataConfig", []):
        s3_objects.require_objects(s3, channel_location(channel), role_arn, call.region)


def _check_quota(service: Service, call: ApiCall) -> None:
    instance = call.inputs["ResourceConfig"]["InstanceType"]
    active = sum(
        len(hosts(job))
        for job in call.in_region(service.store.training_jobs)
        if job["TrainingJobStatus"] in RUNNING and job["ResourceConfig"]["InstanceType"] == instance
    )
    quotas.require(service, call, (instance, "training job"), active, len(hosts(call.inputs)))


def _new_job(call: ApiCall, arn: str) -> TrainingJob:
    defaults = {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
    }
    status = {
        "TrainingJobArn": arn,
        "TrainingJobStatus": "InProgress",
        "CreationTime": now(),
        "SecondaryStatusTransitions": [],
    }
    job = cast("TrainingJob", {**defaults, **call.inputs_without_tags(), **status})
    job_status.enter(job, "Starting")
    return job


def _existing(service: Service, call: ApiCall) -> TrainingJob:
    arn = call.arn("training-job", call.inputs["TrainingJobName"])
    if arn not in service.store.training_jobs:
        raise invalid("Requested resource not found.")
    return service.store.training_jobs[arn]


def describe(service: Service, call: ApiCall) -> TrainingJob:
    """DescribeTrainingJob."""
    with service.store.lock:
        return copy.deepcopy(_existing(service, call))


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListTrainingJobs: newest first by default."""
    with service.store.lock:
        jobs = call.in_region(service.store.training_jobs)
        page, token = listing.page(jobs, call.inputs, name="TrainingJobName", status="TrainingJobStatus")
        return {"TrainingJobSummaries": [listing.summary(job, SUMMARY) for job in page], **token}


def stop(service: Service, call: ApiCall) -> JsonObject:
    """StopTrainingJob: SIGTERM, and SIGKILL after 120 seconds; the call returns immediately."""
    with service.store.lock:
        job = _existing(service, call)
        status = job["TrainingJobStatus"]
        if status not in RUNNING:
            raise invalid(
                f"The request was rejected because the training job is in status {status}: "
                "only a job that is in progress can be stopped."
            )
        run = service.job_runs[job["TrainingJobArn"]]
    run.stop()
    return {}


OPERATIONS = {
    "CreateTrainingJob": create,
    "DescribeTrainingJob": describe,
    "ListTrainingJobs": list_,
    "StopTrainingJob": stop,
}
