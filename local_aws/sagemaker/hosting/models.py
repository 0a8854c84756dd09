"""CreateModel, DescribeModel, ListModels, DeleteModel."""

import copy
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.identity import RoleRefusedError
from local_aws.sagemaker.core import listing, tags
from local_aws.sagemaker.core.api_call import Call, Record, now
from local_aws.sagemaker.core.errors import ServiceError, already_exists, could_not_find, invalid
from local_aws.sagemaker.core.service import Operation, Service
from local_aws.sagemaker.processes.child_process import Command, clean_environment
from local_aws.sagemaker.training.channels import fetch, s3_location

SUMMARY = ("ModelName", "ModelArn", "CreationTime")


def create(service: Service, call: Call) -> Record:
    """CreateModel: the image must be known, and the role must be able to read the archive."""
    arn = call.arn("model", call.inputs["ModelName"])
    if arn in service.store.models:
        raise already_exists("model", arn)
    _check_request(service, call.inputs)
    require_data(service, call.inputs)
    with service.store.lock:
        if arn in service.store.models:
            raise already_exists("model", arn)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.models[arn] = {
            "EnableNetworkIsolation": False,
            **call.described(),
            "ModelArn": arn,
            "CreationTime": now(),
        }
    return {"ModelArn": arn}


def _check_request(service: Service, inputs: Record) -> None:
    container = inputs.get("PrimaryContainer")
    if container is None or inputs.get("Containers"):
        raise invalid(
            "A model needs its PrimaryContainer; Containers (a pipeline) aren't served on this machine."
        )
    if "Image" not in container or "ModelDataUrl" not in container:
        raise invalid("PrimaryContainer needs Image and ModelDataUrl; model packages aren't served here.")
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise invalid(
            "Mode must be SingleModel: several models in a container aren't served on this machine."
        )
    if "ExecutionRoleArn" not in inputs:
        raise invalid("ExecutionRoleArn is required for a model.")
    service.catalog.program(container["Image"], "serve")


def require_data(service: Service, model: Record) -> Any:
    """Look whether the model's archive is there, with the execution role.

    Returns
    -------
    tuple
        The S3 client of the role, and where the archive lies.

    Raises
    ------
    ServiceError
        In SageMaker's wording: the role can't be assumed, may not read it, or it isn't there.
    """
    role_arn, uri = model["ExecutionRoleArn"], model["PrimaryContainer"]["ModelDataUrl"]
    location = s3_location(uri, "ModelDataUrl")
    try:
        s3 = service.role(role_arn).client("s3")
        with s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]:
            return s3, location
    except (RoleRefusedError, ClientError) as error:
        raise _no_access(uri, role_arn, error) from error


def fetch_archive(service: Service, model: Record, folder: Path) -> Path:
    """Copy the model's archive into a folder, which is made.

    Raises
    ------
    ServiceError, botocore.exceptions.ClientError
        The execution role can't read it, or it isn't there.
    """
    s3, location = require_data(service, model)
    folder.mkdir(parents=True)
    archive = folder / "model.tar.gz"
    fetch(s3, location, archive)
    return archive


def serve_command(
    service: Service, model: Record, base: Path, what: str, variables: dict[str, str] | None = None
) -> Command:
    """Return what starts the model's server.

    Parameters
    ----------
    service, model
        The model, and where it runs.
    base
        What stands for /opt/ml; its ``model`` holds the unpacked archive.
    what
        Whose server it is, in a few words.
    variables
        Its environment beside the model's own, over which it goes.
    """
    container = model["PrimaryContainer"]
    region = model["ModelArn"].split(":")[3]
    return Command(
        service.catalog.program(container["Image"], "serve"),
        service.catalog.working_directory,
        {**clean_environment(base, region), **container.get("Environment", {}), **(variables or {})},
        service.processes,
        what,
    )


def _no_access(uri: str, role_arn: str, error: Exception) -> ServiceError:
    return invalid(
        f'Could not access model data at {uri}. Please ensure that the role "{role_arn}" exists and that its '
        'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
        '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
        f"object is located in the same region. ({error})"
    )


def existing(service: Service, call: Call, name: str) -> Record:
    """Return the record of a model.

    Raises
    ------
    ServiceError
        There is none of that name.
    """
    arn = call.arn("model", name)
    if arn not in service.store.models:
        raise could_not_find("model", arn)
    return service.store.models[arn]


def describe(service: Service, call: Call) -> Record:
    """DescribeModel."""
    with service.store.lock:
        return copy.deepcopy(existing(service, call, call.inputs["ModelName"]))


def list_(service: Service, call: Call) -> Record:
    """ListModels."""
    with service.store.lock:
        chosen, token = listing.page(call.in_region(service.store.models), call.inputs, name="ModelName")
        return {"Models": [listing.summary(model, SUMMARY) for model in chosen], **token}


def delete(service: Service, call: Call) -> Record:
    """DeleteModel: endpoints that run with it keep running."""
    with service.store.lock:
        arn = existing(service, call, call.inputs["ModelName"])["ModelArn"]
        del service.store.models[arn]
        service.store.tags.pop(arn, None)
    return {}


OPERATIONS: dict[str, Operation] = {
    "CreateModel": create,
    "DescribeModel": describe,
    "ListModels": list_,
    "DeleteModel": delete,
}
