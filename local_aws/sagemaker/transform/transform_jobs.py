"""CreateTransformJob, DescribeTransformJob, ListTransformJobs, StopTransformJob."""

import copy
from collections.abc import Iterator
from typing import cast

from local_aws.sagemaker.core import listing, quotas, s3_objects, tags
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.resources import INTERRUPTED, RUNNING, TransformJob
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.core.store import Store
from local_aws.sagemaker.hosting import models
from local_aws.sagemaker.transform.payloads import SPLITTERS
from local_aws.sagemaker.transform.transform_run import TransformRun

MAX_PAYLOAD_MB = 100
NO_PROCESSING = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
SUMMARY = (
    "TransformJobName",
    "TransformJobArn",
    "CreationTime",
    "TransformEndTime",
    "LastModifiedTime",
    "TransformJobStatus",
    "FailureReason",
)


def create(service: Service, call: ApiCall) -> JsonObject:
    """CreateTransformJob: make SageMaker's synchronous checks, then transform in the background.

    The model may be deleted while the job runs.
    """
    arn = call.arn("transform-job", call.inputs["TransformJobName"])
    _check_name(service, arn)
    _check_request(call.inputs)
    with service.store.lock:
        model = models.existing(service, call, call.inputs["ModelName"])
    _check_data(call, model["ExecutionRoleArn"])
    job = _new_job(call, arn)
    with service.store.lock:
        _check_name(service, arn)  # again: another call may have used the name in the meantime
        _check_quota(service, call)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.transform_jobs[arn] = job
        run = TransformRun(service, job, model)
        service.start_run(arn, run, f"transform job {job['TransformJobName']}")
    return {"TransformJobArn": arn}


def _check_name(service: Service, arn: str) -> None:
    if arn in service.store.transform_jobs:
        raise ServiceError(
            "ResourceInUse",
            "Job name must be unique within an AWS account and region, and a job with this name already "
            f"exists ({arn})",
        )


def _check_request(inputs: JsonObject) -> None:
    refusal = next(_unsupported(inputs), None)
    if refusal:
        raise invalid(f"{refusal} by the local AWS.")
    payload, concurrency = inputs.get("MaxPayloadInMB", 1), inputs.get("MaxConcurrentTransforms", 1)
    if payload > MAX_PAYLOAD_MB or payload * concurrency > MAX_PAYLOAD_MB:
        raise invalid(
            f"MaxPayloadInMB is {payload}; neither it nor its product with MaxConcurrentTransforms may be "
            f"more than {MAX_PAYLOAD_MB}."
        )
    s3_objects.parse_uri(inputs["TransformOutput"]["S3OutputPath"], "S3OutputPath")


def _unsupported(inputs: JsonObject) -> Iterator[str]:
    transform_input = inputs["TransformInput"]
    source = transform_input["DataSource"].get("S3DataSource", {})
    if source.get("S3DataType") != "S3Prefix":
        yield "TransformInput has no S3DataSource with S3DataType S3Prefix; only that input is supported"
    if transform_input.get("SplitType", "None") not in SPLITTERS:
        yield f"SplitType is {transform_input['SplitType']}; only {', '.join(SPLITTERS)} are supported"
    if transform_input.get("CompressionType", "None") != "None":
        yield "The input is compressed; only CompressionType None is supported"
    if {**NO_PROCESSING, **inputs.get("DataProcessing", {})} != NO_PROCESSING:
        yield "DataProcessing has filters or a JoinSource; neither is supported"
    if "DataCaptureConfig" in inputs:
        yield "The request has a DataCaptureConfig; capturing data isn't supported"
    if inputs.get("MaxPayloadInMB") == 0:
        yield "MaxPayloadInMB must be at least 1; payloads of any size (0) aren't supported"


def _check_quota(service: Service, call: ApiCall) -> None:
    instance = call.inputs["TransformResources"]["InstanceType"]
    active = sum(
        job["TransformResources"]["InstanceCount"]
        for job in call.in_region(service.store.transform_jobs)
        if job["TransformJobStatus"] in RUNNING and job["TransformResources"]["InstanceType"] == instance
    )
    requested = call.inputs["TransformResources"]["InstanceCount"]
    quotas.require(service, call, (instance, "transform job"), active, requested)


def _check_data(call: ApiCall, role_arn: str) -> None:
    source = call.inputs["TransformInput"]["DataSource"]["S3DataSource"]
    location = s3_objects.parse_uri(source["S3Uri"], "S3Uri")
    s3 = s3_objects.client_of_role(role_arn)
    s3_objects.require_objects(s3, location, role_arn, call.region)


def _new_job(call: ApiCall, arn: str) -> TransformJob:
    moment = now()
    inputs = call.inputs_without_tags()
    own = {
        "TransformInput": {"CompressionType": "None", "SplitType": "None", **inputs["TransformInput"]},
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": "", **inputs["TransformOutput"]},
        "DataProcessing": NO_PROCESSING,
        "TransformJobArn": arn,
        "TransformJobStatus": "InProgress",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    return cast("TransformJob", {**inputs, **own})


def _existing(service: Service, call: ApiCall) -> TransformJob:
    arn = call.arn("transform-job", call.inputs["TransformJobName"])
    if arn not in service.store.transform_jobs:
        raise invalid(f"Could not find requested job with name: {call.inputs['TransformJobName']}")
    return service.store.transform_jobs[arn]


def describe(service: Service, call: ApiCall) -> JsonObject:
    """DescribeTransformJob."""
    with service.store.lock:
        job = copy.deepcopy(_existing(service, call))
    # LastModifiedTime is shown by ListTransformJobs alone.
    return {name: value for name, value in job.items() if name != "LastModifiedTime"}


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListTransformJobs: newest first by default."""
    with service.store.lock:
        jobs = call.in_region(service.store.transform_jobs)
        page, token = listing.page(jobs, call.inputs, name="TransformJobName", status="TransformJobStatus")
        return {"TransformJobSummaries": [listing.summary(job, SUMMARY) for job in page], **token}


def stop(service: Service, call: ApiCall) -> JsonObject:
    """StopTransformJob: finished outputs stay in S3; the call returns immediately."""
    with service.store.lock:
        job = _existing(service, call)
        status = job["TransformJobStatus"]
        if status not in RUNNING:
            raise invalid(
                f"The request was rejected because the transform job is in status {status}: "
                "only a job that is in progress can be stopped."
            )
        run = service.job_runs[job["TransformJobArn"]]
    run.stop()
    return {}


def fail_interrupted_jobs(store: Store) -> None:
    """Fail the jobs that ran when the state was saved."""
    moment = now()
    with store.lock:
        for job in store.transform_jobs.values():
            if job["TransformJobStatus"] in RUNNING:
                job["TransformJobStatus"] = "Failed"
                job["FailureReason"] = INTERRUPTED.format("transform")
                job["TransformEndTime"] = job["LastModifiedTime"] = moment


OPERATIONS = {
    "CreateTransformJob": create,
    "DescribeTransformJob": describe,
    "ListTransformJobs": list_,
    "StopTransformJob": stop,
}
