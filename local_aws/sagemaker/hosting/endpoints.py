"""CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, DeleteEndpoint, and variant weights."""

import copy
from collections import Counter

from local_aws.sagemaker.core import listing, quotas, tags
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import already_exists, could_not_find, invalid
from local_aws.sagemaker.core.resources import Endpoint, EndpointConfig, ProductionVariantSummary
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import endpoint_configs, models
from local_aws.sagemaker.hosting.deployments import Deployments
from local_aws.sagemaker.hosting.variant import Variant

SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}


def create(deployments: Deployments, call: ApiCall) -> JsonObject:
    """CreateEndpoint: its servers start in the background."""
    service = deployments.service
    name = call.inputs["EndpointName"]
    arn = call.arn("endpoint", name)
    with service.store.lock:
        if arn in service.store.endpoints:
            raise already_exists("endpoint", arn)
        config, variants = _new_variants(service, call, {})
        _check_quotas(deployments, call, variants)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        moment = now()
        endpoint = service.store.endpoints[arn] = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": config["EndpointConfigName"],
            "EndpointStatus": "Creating",
            "CreationTime": moment,
            "LastModifiedTime": moment,
        }
        _store_deployment_config(endpoint, call)
    deployments.create(endpoint, config, variants)
    return {"EndpointArn": arn}


def _new_variants(
    service: Service, call: ApiCall, retained: dict[str, ProductionVariantSummary]
) -> tuple[EndpointConfig, list[Variant]]:
    """Return the configuration and its variants, with retained properties; the caller holds the lock."""
    config = copy.deepcopy(endpoint_configs.existing(service, call, call.inputs["EndpointConfigName"]))
    variants = []
    for settings in config["ProductionVariants"]:
        model = copy.deepcopy(models.existing(service, call, settings["ModelName"]))
        weight, instances = settings["InitialVariantWeight"], settings["InitialInstanceCount"]
        if current := retained.get(settings["VariantName"]):
            weight, instances = current["CurrentWeight"], current["CurrentInstanceCount"]
        variants.append(Variant(settings, model, weight, instances))
    return config, variants


def _check_quotas(deployments: Deployments, call: ApiCall, variants: list[Variant]) -> None:
    """Check the new instances in addition to all others: an update runs both its old and its new ones."""
    active = _count_instances(deployments.variants_in_region(call.region))
    for instance_type, count in _count_instances(variants).items():
        usage = (instance_type, "endpoint")
        quotas.require(deployments.service, call, usage, active[instance_type], count)


def _count_instances(variants: list[Variant]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for variant in variants:
        counts[variant.settings["InstanceType"]] += variant.instances
    return counts


def _store_deployment_config(endpoint: Endpoint, call: ApiCall) -> None:
    if settings := call.inputs.get("DeploymentConfig"):
        endpoint["LastDeploymentConfig"] = copy.deepcopy(settings)


def _existing(service: Service, call: ApiCall) -> Endpoint:
    arn = call.arn("endpoint", call.inputs["EndpointName"])
    if arn not in service.store.endpoints:
        raise could_not_find("endpoint", arn)
    return service.store.endpoints[arn]


def _existing_idle(service: Service, call: ApiCall, verb: str) -> Endpoint:
    endpoint = _existing(service, call)
    if endpoint["EndpointStatus"] in BUSY:
        raise invalid(f'Cannot {verb} in-progress endpoint "{endpoint["EndpointArn"]}".')
    return endpoint


def update(deployments: Deployments, call: ApiCall) -> JsonObject:
    """UpdateEndpoint: new servers start and take the traffic, and only then the old ones end.

    When the new ones don't pass their health check, the old ones keep serving, the endpoint is InService
    with its old configuration, and FailureReason has the reason.
    """
    service = deployments.service
    with service.store.lock:
        endpoint = _existing_idle(service, call, "update")
        if endpoint["EndpointStatus"] != "InService":
            raise invalid(f'Cannot update endpoint "{endpoint["EndpointArn"]}": it is not InService.')
        retain = call.inputs.get("RetainAllVariantProperties", False)
        retained = {v["VariantName"]: v for v in endpoint["ProductionVariants"]} if retain else {}
        config, variants = _new_variants(service, call, retained)
        _refuse_type_change_of_scaled_variants(deployments, endpoint, call.region, variants)
        _check_quotas(deployments, call, variants)
        endpoint.pop("FailureReason", None)
        moment = now()
        endpoint["EndpointStatus"] = "Updating"
        endpoint["LastModifiedTime"] = moment
        endpoint["PendingDeploymentSummary"] = {
            "EndpointConfigName": config["EndpointConfigName"],
            "StartTime": moment,
        }
        _store_deployment_config(endpoint, call)
    deployments.update(endpoint, config, variants)
    return {"EndpointArn": endpoint["EndpointArn"]}


def _refuse_type_change_of_scaled_variants(
    deployments: Deployments, endpoint: Endpoint, region: str, variants: list[Variant]
) -> None:
    running = {v.name: v.settings for v in deployments.variants(endpoint)}
    for variant in variants:
        before = running.get(variant.name)
        resource = f"endpoint/{endpoint['EndpointName']}/variant/{variant.name}"
        scaled = f"{region} {resource}" in deployments.service.store.scalable_targets
        if scaled and before and before["InstanceType"] != variant.settings["InstanceType"]:
            raise invalid(
                f"The instance type of variant {variant.name} can't change from {before['InstanceType']} to "
                f"{variant.settings['InstanceType']} while {resource} is registered as a scalable target. "
                "Deregister the target first."
            )


def describe(deployments: Deployments, call: ApiCall) -> JsonObject:
    """DescribeEndpoint."""
    with deployments.service.store.lock:
        endpoint = _existing(deployments.service, call)
        return {name: copy.deepcopy(value) for name, value in endpoint.items() if not name.startswith("_")}


def list_(deployments: Deployments, call: ApiCall) -> JsonObject:
    """ListEndpoints."""
    store = deployments.service.store
    with store.lock:
        endpoints = call.in_region(store.endpoints)
        page, token = listing.page(endpoints, call.inputs, name="EndpointName", status="EndpointStatus")
        return {"Endpoints": [listing.summary(endpoint, SUMMARY) for endpoint in page], **token}


def delete(deployments: Deployments, call: ApiCall) -> JsonObject:
    """DeleteEndpoint: it is Deleting until its servers have ended, then it is removed."""
    service = deployments.service
    with service.store.lock:
        endpoint = _existing(service, call)
        if endpoint["EndpointStatus"] != "Creating":
            _existing_idle(service, call, "delete")
        endpoint["EndpointStatus"] = "Deleting"
        endpoint["LastModifiedTime"] = now()
    deployments.delete(endpoint)
    return {}


def update_weights_and_capacities(deployments: Deployments, call: ApiCall) -> JsonObject:
    """UpdateEndpointWeightsAndCapacities: weights shift the traffic; counts are described only."""
    with deployments.service.store.lock:
        endpoint = _existing_idle(deployments.service, call, "update")
        described = {v["VariantName"] for v in endpoint.get("ProductionVariants", [])}
        running = {v.name: v for v in deployments.variants(endpoint)}
        for desired in call.inputs["DesiredWeightsAndCapacities"]:
            name = desired["VariantName"]
            if name not in described:
                raise invalid(f'Variant "{name}" of endpoint "{endpoint["EndpointArn"]}" doesn\'t exist.')
            variant = running[name]
            variant.weight = desired.get("DesiredWeight", variant.weight)
            variant.instances = desired.get("DesiredInstanceCount", variant.instances)
        endpoint["ProductionVariants"] = [variant.summary() for variant in running.values()]
        endpoint["LastModifiedTime"] = now()
        return {"EndpointArn": endpoint["EndpointArn"]}


OPERATIONS = {
    "CreateEndpoint": create,
    "DescribeEndpoint": describe,
    "ListEndpoints": list_,
    "UpdateEndpoint": update,
    "DeleteEndpoint": delete,
    "UpdateEndpointWeightsAndCapacities": update_weights_and_capacities,
}
