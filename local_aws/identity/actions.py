"""The actions that calls of a service are: what IAM policies and faults name."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import OperationModel

from local_aws.ministack import bindings

# botocore's names of the services that ministack and IAM call otherwise.
_MODELS = {
    "elasticloadbalancing": ("elb", "elbv2"),
    "elasticmapreduce": ("emr",),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}


@cache
def of(namespace: str) -> frozenset[str]:
    """Return the actions of a namespace, as IAM names them; none where botocore describes no such service."""
    return frozenset(
        action
        for service, prefix in bindings.get("namespaces").items()
        if prefix == namespace
        for model in _models(service, namespace)
        for action in _of_model(service, namespace, model)
    )


def _models(service: str, namespace: str) -> Iterator[Any]:
    session = botocore.session.get_session()
    candidates = {
        service,
        namespace,
        *_MODELS.get(service, ()),
        *bindings.get("rest models").get(service, ()),
    }
    for name in candidates.intersection(session.get_available_services()):
        yield session.get_service_model(name)


def _of_model(service: str, namespace: str, model: Any) -> Iterator[str]:
    for name in model.operation_names:
        if model.protocol.startswith("rest"):
            yield from _of_requests(service, model.operation_model(name))
        else:
            yield f"{namespace}:{name}"


def _of_requests(service: str, operation: OperationModel) -> Iterator[str]:
    """Yield what a REST request is authorised as, with the parameters that it must and that it may have."""
    path, _, query = operation.http["requestUri"].partition("?")
    fixed, shape = parse_qs(query, keep_blank_values=True), operation.input_shape
    members = shape.members.items() if shape else ()
    places = {name: member.serialization["name"] for name, member in members if _in_query(member)}
    for chosen in (shape.required_members if shape else (), places):
        given = fixed | {places[name]: ["1"] for name in chosen if name in places}
        if action := bindings.get("iam action")(service, operation.http["method"], path, {}, b"", given):
            yield action


def _in_query(member: Any) -> bool:
    return member.serialization.get("location") == "querystring" and "name" in member.serialization
