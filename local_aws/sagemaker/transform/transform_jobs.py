"""CreateTransformJob, DescribeTransformJob, ListTransformJobs, StopTransformJob."""

import copy
from collections.abc import Iterator

from local_aws.sagemaker.core import listing, quotas, tags
from local_aws.sagemaker.core.api_call import Call, Record, now
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.service import Operation, Service, in_background
from local_aws.sagemaker.core.store import RUNNING
from local_aws.sagemaker.hosting import models
from local_aws.sagemaker.training.channels import data_client, require_objects, s3_location
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


def create(service: Service, call: Call) -> Record:
    """CreateTransformJob: check what SageMaker checks at once, then transform in the background.

    The job keeps the model's record: the model may be deleted while the job runs.
    """
    arn = call.arn("transform-job", call.inputs["TransformJobName"])
    _check_name(service, arn)
    _check_request(call.inputs)
    with service.store.lock:
        model = models.existing(service, call, call.inputs["ModelName"])
    _check_data(service, call, model["ExecutionRoleArn"])
    job = _new_job(call, arn)
    with service.store.lock:
        _check_name(service, arn)  # another call may have been faster
        _check_quota(service, call)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.transform_jobs[arn] = job
        run = service.transform_runs[arn] = TransformRun(service, job, model)
    in_background(run.run, f"transform job {job['TransformJobName']}")
    return {"TransformJobArn": arn}


def _check_name(service: Service, arn: str) -> None:
    if arn in service.store.transform_jobs:
        raise ServiceError(
            "ResourceInUse",
            "Job name must be unique within an AWS account and region, and a job with this name already "
            f"exists ({arn})",
        )


def _check_request(inputs: Record) -> None:
    refused = next(_unsupported(inputs), None)
    if refused:
        raise invalid(f"{refused} on this machine.")
    payload, at_once = inputs.get("MaxPayloadInMB", 1), inputs.get("MaxConcurrentTransforms", 1)
    if payload > MAX_PAYLOAD_MB or payload * at_once > MAX_PAYLOAD_MB:
        raise invalid(
            f"MaxPayloadInMB is {payload}; neither it nor its product with MaxConcurrentTransforms may be "
            f"more than {MAX_PAYLOAD_MB}."
        )
    s3_location(inputs["TransformOutput"]["S3OutputPath"], "S3OutputPath")


def _unsupported(inputs: Record) -> Iterator[str]:
    given = inputs["TransformInput"]
    source = given["DataSource"].get("S3DataSource", {})
    if source.get("S3DataType") != "S3Prefix":
        yield "TransformInput must have an S3DataSource with S3DataType S3Prefix: no other input is served"
    if given.get("SplitType", "None") not in SPLITTERS:
        yield f"SplitType {given['SplitType']} isn't served; only {', '.join(SPLITTERS)} are"
    if given.get("CompressionType", "None") != "None":
        yield "The input is compressed; only CompressionType None is served"
    if {**NO_PROCESSING, **inputs.get("DataProcessing", {})} != NO_PROCESSING:
        yield "DataProcessing must leave everything as it is: neither filters nor joining are served"
    if "DataCaptureConfig" in inputs:
        yield "DataCaptureConfig can't be given: nothing is captured"
    if inputs.get("MaxPayloadInMB") == 0:
        yield "MaxPayloadInMB must be at least 1: requests without a length (0) aren't served"


def _check_quota(service: Service, call: Call) -> None:
    instance = call.inputs["TransformResources"]["InstanceType"]
    active = sum(
        job["TransformResources"]["InstanceCount"]
        for job in call.in_region(service.store.transform_jobs)
        if job["TransformJobStatus"] in RUNNING and job["TransformResources"]["InstanceType"] == instance
    )
    wanted = call.inputs["TransformResources"]["InstanceCount"]
    quotas.require(service, call, (instance, "transform job"), active, wanted)


def _check_data(service: Service, call: Call, role_arn: str) -> None:
    source = call.inputs["TransformInput"]["DataSource"]["S3DataSource"]
    location = s3_location(source["S3Uri"], "S3Uri")
    require_objects(data_client(service, role_arn), location, role_arn, call.region)


def _new_job(call: Call, arn: str) -> Record:
    moment = now()
    asked = call.described()
    return {
        **asked,
        "TransformInput": {"CompressionType": "None", "SplitType": "None", **asked["TransformInput"]},
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": "", **asked["TransformOutput"]},
        "DataProcessing": NO_PROCESSING,
        "TransformJobArn": arn,
        "TransformJobStatus": "InProgress",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }


def _existing(service: Service, call: Call) -> Record:
    arn = call.arn("transform-job", call.inputs["TransformJobName"])
    if arn not in service.store.transform_jobs:
        raise invalid(f"Could not find requested job with name: {call.inputs['TransformJobName']}")
    return service.store.transform_jobs[arn]


def describe(service: Service, call: Call) -> Record:
    """DescribeTransformJob."""
    with service.store.lock:
        job = copy.deepcopy(_existing(service, call))
    del job["LastModifiedTime"]  # in the list alone
    return job


def list_(service: Service, call: Call) -> Record:
    """ListTransformJobs: newest first unless asked otherwise."""
    with service.store.lock:
        jobs = call.in_region(service.store.transform_jobs)
        chosen, token = listing.page(jobs, call.inputs, name="TransformJobName", status="TransformJobStatus")
        return {"TransformJobSummaries": [listing.summary(job, SUMMARY) for job in chosen], **token}


def stop(service: Service, call: Call) -> Record:
    """StopTransformJob: what is finished stays in S3; the call returns at once."""
    with service.store.lock:
        job = _existing(service, call)
        status = job["TransformJobStatus"]
        if status not in RUNNING:
            raise invalid(
                f"The request was rejected because the transform job is in status {status}: "
                "only a job that is in progress can be stopped."
            )
        run = service.transform_runs[job["TransformJobArn"]]
    run.stop()
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateTransformJob": create,
    "DescribeTransformJob": describe,
    "ListTransformJobs": list_,
    "StopTransformJob": stop,
}
