"""CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint, DeleteEndpoint, the variants' weights."""

import copy
from collections import Counter

from local_aws.sagemaker.core import listing, quotas, tags
from local_aws.sagemaker.core.api_call import Call, Record, now
from local_aws.sagemaker.core.errors import already_exists, could_not_find, invalid
from local_aws.sagemaker.core.service import Operation, Service, in_background
from local_aws.sagemaker.hosting import deployments, endpoint_configs, models
from local_aws.sagemaker.hosting.fleet import Fleet, Variant

SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")
BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}


def create(service: Service, call: Call) -> Record:
    """CreateEndpoint: its servers start in the background."""
    name = call.inputs["EndpointName"]
    arn = call.arn("endpoint", name)
    with service.store.lock:
        if arn in service.store.endpoints:
            raise already_exists("endpoint", arn)
        config, variants = _planned(service, call, {})
        _check_quotas(service, call, variants)
        tags.put(service.store, arn, call.inputs.get("Tags", []))
        moment = now()
        endpoint = service.store.endpoints[arn] = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": config["EndpointConfigName"],
            "EndpointStatus": "Creating",
            **_deployment(call),
            "CreationTime": moment,
            "LastModifiedTime": moment,
        }
    fleet = Fleet(service, name, config, variants)
    in_background(lambda: deployments.create(service, endpoint, fleet), f"create endpoint {name}")
    return {"EndpointArn": arn}


def _planned(service: Service, call: Call, retained: dict[str, Record]) -> tuple[Record, list[Variant]]:
    """Return the configuration and what each variant runs; the store's lock is held."""
    config = copy.deepcopy(endpoint_configs.existing(service, call, call.inputs["EndpointConfigName"]))
    variants = []
    for settings in config["ProductionVariants"]:
        model = copy.deepcopy(models.existing(service, call, settings["ModelName"]))
        kept = retained.get(settings["VariantName"], {})
        weight = kept.get("CurrentWeight", settings["InitialVariantWeight"])
        count = kept.get("CurrentInstanceCount", settings["InitialInstanceCount"])
        variants.append(Variant(settings, model, weight, count))
    return config, variants


def _check_quotas(service: Service, call: Call, variants: list[Variant]) -> None:
    """Count the new servers beside all others; those that an update replaces run until it is over."""
    fleets = [*service.fleets.items(), *service.starting.items()]
    running = [one for arn, fleet in fleets if arn.split(":")[3] == call.region for one in fleet.variants]
    active, wanted = _instances(running), _instances(variants)
    for instance, count in wanted.items():
        quotas.require(service, call, (instance, "endpoint"), active[instance], count)


def _instances(variants: list[Variant]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for variant in variants:
        counted[variant.settings["InstanceType"]] += variant.instances
    return counted


def _deployment(call: Call) -> Record:
    settings = call.inputs.get("DeploymentConfig")
    return {"LastDeploymentConfig": copy.deepcopy(settings)} if settings else {}


def _existing(service: Service, call: Call) -> Record:
    arn = call.arn("endpoint", call.inputs["EndpointName"])
    if arn not in service.store.endpoints:
        raise could_not_find("endpoint", arn)
    return service.store.endpoints[arn]


def _idle(service: Service, call: Call, verb: str) -> Record:
    endpoint = _existing(service, call)
    if endpoint["EndpointStatus"] in BUSY:
        raise invalid(f'Cannot {verb} in-progress endpoint "{endpoint["EndpointArn"]}".')
    return endpoint


def update(service: Service, call: Call) -> Record:
    """UpdateEndpoint: new servers come up, take the traffic, and only then the old ones end.

    When the new ones don't pass their health check, the old ones keep serving, the endpoint is InService
    with its old configuration, and FailureReason says why.
    """
    with service.store.lock:
        endpoint = _idle(service, call, "update")
        if endpoint["EndpointStatus"] != "InService":
            raise invalid(f'Cannot update endpoint "{endpoint["EndpointArn"]}": it is not InService.')
        retain = call.inputs.get("RetainAllVariantProperties", False)
        current = {v["VariantName"]: v for v in endpoint["ProductionVariants"]} if retain else {}
        config, variants = _planned(service, call, current)
        _refuse_scaled_change(service, call, variants)
        _check_quotas(service, call, variants)
        endpoint.pop("FailureReason", None)
        pending = {"EndpointConfigName": config["EndpointConfigName"], "StartTime": now()}
        endpoint.update(
            **_deployment(call),
            EndpointStatus="Updating",
            LastModifiedTime=now(),
            PendingDeploymentSummary=pending,
        )
    fleet = Fleet(service, endpoint["EndpointName"], config, variants)
    in_background(
        lambda: deployments.update(service, endpoint, fleet), f"update endpoint {endpoint['EndpointName']}"
    )
    return {"EndpointArn": endpoint["EndpointArn"]}


def _refuse_scaled_change(service: Service, call: Call, variants: list[Variant]) -> None:
    endpoint = _existing(service, call)
    running = {v.name: v.settings for v in deployments.variants_of(service, endpoint)}
    for variant in variants:
        before = running.get(variant.name)
        resource = f"endpoint/{endpoint['EndpointName']}/variant/{variant.name}"
        scaled = f"{call.region} {resource}" in service.store.scalable_targets
        if scaled and before and before["InstanceType"] != variant.settings["InstanceType"]:
            raise invalid(
                f"The instance type of variant {variant.name} can't change from {before['InstanceType']} to "
                f"{variant.settings['InstanceType']} while {resource} is registered as a scalable target. "
                "Deregister the target first."
            )


def describe(service: Service, call: Call) -> Record:
    """DescribeEndpoint."""
    with service.store.lock:
        endpoint = _existing(service, call)
        return {name: copy.deepcopy(value) for name, value in endpoint.items() if not name.startswith("_")}


def list_(service: Service, call: Call) -> Record:
    """ListEndpoints."""
    with service.store.lock:
        here = call.in_region(service.store.endpoints)
        chosen, token = listing.page(here, call.inputs, name="EndpointName", status="EndpointStatus")
        return {"Endpoints": [listing.summary(endpoint, SUMMARY) for endpoint in chosen], **token}


def delete(service: Service, call: Call) -> Record:
    """DeleteEndpoint: it is Deleting until its servers have ended, then gone."""
    with service.store.lock:
        endpoint = _existing(service, call)
        if endpoint["EndpointStatus"] != "Creating":
            _idle(service, call, "delete")
        endpoint.update(EndpointStatus="Deleting", LastModifiedTime=now())
    in_background(
        lambda: deployments.delete(service, endpoint), f"delete endpoint {endpoint['EndpointName']}"
    )
    return {}


def set_weights(service: Service, call: Call) -> Record:
    """UpdateEndpointWeightsAndCapacities: weights shift the traffic; counts are described only."""
    with service.store.lock:
        endpoint = _idle(service, call, "update")
        described = {v["VariantName"]: v for v in endpoint.get("ProductionVariants", [])}
        running = {v.name: v for v in deployments.variants_of(service, endpoint)}
        for desired in call.inputs["DesiredWeightsAndCapacities"]:
            name = desired["VariantName"]
            if name not in described:
                raise invalid(f'Variant "{name}" of endpoint "{endpoint["EndpointArn"]}" doesn\'t exist.')
            variant = running[name]
            variant.weight = desired.get("DesiredWeight", variant.weight)
            variant.instances = desired.get("DesiredInstanceCount", variant.instances)
        endpoint.update(
            ProductionVariants=[deployments.described(v) for v in running.values()], LastModifiedTime=now()
        )
        return {"EndpointArn": endpoint["EndpointArn"]}


OPERATIONS: dict[str, Operation] = {
    "CreateEndpoint": create,
    "DescribeEndpoint": describe,
    "ListEndpoints": list_,
    "UpdateEndpoint": update,
    "DeleteEndpoint": delete,
    "UpdateEndpointWeightsAndCapacities": set_weights,
}
