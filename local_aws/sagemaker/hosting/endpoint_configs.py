"""CreateEndpointConfig, DescribeEndpointConfig, ListEndpointConfigs, DeleteEndpointConfig."""

import copy
from typing import cast

from local_aws.sagemaker.core import listing, tags
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import already_exists, could_not_find, invalid
from local_aws.sagemaker.core.resources import EndpointConfig
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import models

SUMMARY = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
KIND = "endpoint configuration"


def create(service: Service, call: ApiCall) -> JsonObject:
    """CreateEndpointConfig."""
    arn = call.arn("endpoint-config", call.inputs["EndpointConfigName"])
    with service.store.lock:
        if arn in service.store.endpoint_configs:
            raise already_exists(KIND, arn)
        _check_request(call.inputs)
        for variant in call.inputs["ProductionVariants"]:
            _check_variant(service, call, variant)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        service.store.endpoint_configs[arn] = _new_config(call, arn)
    return {"EndpointConfigArn": arn}


def _check_request(inputs: JsonObject) -> None:
    for feature in ("ShadowProductionVariants", "AsyncInferenceConfig", "ExplainerConfig"):
        if inputs.get(feature):
            raise invalid(f"{feature} isn't supported by the local AWS.")
    if inputs.get("DataCaptureConfig", {}).get("EnableCapture"):
        raise invalid("DataCaptureConfig isn't supported by the local AWS.")
    names = [variant["VariantName"] for variant in inputs["ProductionVariants"]]
    if len(set(names)) != len(names):
        raise invalid("Each VariantName must be unique; two production variants have the same name.")


def _check_variant(service: Service, call: ApiCall, variant: JsonObject) -> None:
    name = variant["VariantName"]
    if "ServerlessConfig" in variant:
        raise invalid(f"The variant {name} has a ServerlessConfig, which isn't supported by the local AWS.")
    if "ModelName" not in variant:
        raise invalid(
            f"The variant {name} has no ModelName; inference components aren't supported by the local AWS."
        )
    if "InstanceType" not in variant or "InitialInstanceCount" not in variant:
        raise invalid(f"The variant {name} needs InstanceType and InitialInstanceCount.")
    models.existing(service, call, variant["ModelName"])


def _new_config(call: ApiCall, arn: str) -> EndpointConfig:
    inputs = call.inputs_without_tags()
    own = {
        "EndpointConfigArn": arn,
        "EnableNetworkIsolation": False,
        "CreationTime": now(),
        "ProductionVariants": [
            {"InitialVariantWeight": 1.0, **variant} for variant in inputs["ProductionVariants"]
        ],
    }
    return cast("EndpointConfig", {**inputs, **own})


def existing(service: Service, call: ApiCall, name: str) -> EndpointConfig:
    """Return an endpoint configuration.

    Raises
    ------
    ServiceError
        There is none of that name.
    """
    arn = call.arn("endpoint-config", name)
    if arn not in service.store.endpoint_configs:
        raise could_not_find(KIND, arn)
    return service.store.endpoint_configs[arn]


def describe(service: Service, call: ApiCall) -> EndpointConfig:
    """DescribeEndpointConfig."""
    with service.store.lock:
        return copy.deepcopy(existing(service, call, call.inputs["EndpointConfigName"]))


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListEndpointConfigs."""
    with service.store.lock:
        configs = call.in_region(service.store.endpoint_configs)
        page, token = listing.page(configs, call.inputs, name="EndpointConfigName")
        return {"EndpointConfigs": [listing.summary(config, SUMMARY) for config in page], **token}


def delete(service: Service, call: ApiCall) -> JsonObject:
    """DeleteEndpointConfig: endpoints that use it keep running."""
    with service.store.lock:
        arn = existing(service, call, call.inputs["EndpointConfigName"])["EndpointConfigArn"]
        del service.store.endpoint_configs[arn]
        service.store.tags.pop(arn, None)
    return {}


OPERATIONS = {
    "CreateEndpointConfig": create,
    "DescribeEndpointConfig": describe,
    "ListEndpointConfigs": list_,
    "DeleteEndpointConfig": delete,
}
