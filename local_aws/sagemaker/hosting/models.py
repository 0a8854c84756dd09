"""CreateModel, DescribeModel, ListModels, DeleteModel."""

import copy
from typing import cast

from local_aws.sagemaker.core import listing, tags
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import already_exists, could_not_find, invalid
from local_aws.sagemaker.core.resources import Model
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting.model_container import require_archive

SUMMARY = ("ModelName", "ModelArn", "CreationTime")


def create(service: Service, call: ApiCall) -> JsonObject:
    """CreateModel: the image must be known, and the role must be able to read the archive."""
    arn = call.arn("model", call.inputs["ModelName"])
    if arn in service.store.models:
        raise already_exists("model", arn)
    _check_request(service, call.inputs)
    require_archive(call.inputs["ExecutionRoleArn"], call.inputs["PrimaryContainer"]["ModelDataUrl"])
    with service.store.lock:
        if arn in service.store.models:
            raise already_exists("model", arn)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.models[arn] = _new_model(call, arn)
    return {"ModelArn": arn}


def _check_request(service: Service, inputs: JsonObject) -> None:
    container = inputs.get("PrimaryContainer")
    if container is None or inputs.get("Containers"):
        raise invalid(
            "A model must have a PrimaryContainer; Containers (a pipeline) aren't supported by the local AWS."
        )
    if "Image" not in container or "ModelDataUrl" not in container:
        raise invalid(
            "PrimaryContainer needs Image and ModelDataUrl; model packages aren't supported by the local AWS."
        )
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise invalid(
            "Mode must be SingleModel: several models in a container aren't supported by the local AWS."
        )
    if "ExecutionRoleArn" not in inputs:
        raise invalid("ExecutionRoleArn is required for a model.")
    service.images.program(container["Image"], "serve")


def _new_model(call: ApiCall, arn: str) -> Model:
    defaults = {"EnableNetworkIsolation": False}
    own = {"ModelArn": arn, "CreationTime": now()}
    return cast("Model", {**defaults, **call.inputs_without_tags(), **own})


def existing(service: Service, call: ApiCall, name: str) -> Model:
    """Return a model.

    Raises
    ------
    ServiceError
        There is none of that name.
    """
    arn = call.arn("model", name)
    if arn not in service.store.models:
        raise could_not_find("model", arn)
    return service.store.models[arn]


def describe(service: Service, call: ApiCall) -> Model:
    """DescribeModel."""
    with service.store.lock:
        return copy.deepcopy(existing(service, call, call.inputs["ModelName"]))


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListModels."""
    with service.store.lock:
        page, token = listing.page(call.in_region(service.store.models), call.inputs, name="ModelName")
        return {"Models": [listing.summary(model, SUMMARY) for model in page], **token}


def delete(service: Service, call: ApiCall) -> JsonObject:
    """DeleteModel: endpoints and transform jobs that use it keep running."""
    with service.store.lock:
        arn = existing(service, call, call.inputs["ModelName"])["ModelArn"]
        del service.store.models[arn]
        service.store.tags.pop(arn, None)
    return {}


OPERATIONS = {
    "CreateModel": create,
    "DescribeModel": describe,
    "ListModels": list_,
    "DeleteModel": delete,
}
