"""The IAM actions of a service: the names in policies and faults."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import botocore.session
from botocore.model import OperationModel

from local_aws.ministack.bindings import ministack

# botocore's names of the services that ministack and IAM name differently.
_MODELS = {
    "elasticloadbalancing": ("elb", "elbv2"),
    "elasticmapreduce": ("emr",),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}


@cache
def actions_of(namespace: str) -> frozenset[str]:
    """Return the actions of a namespace, as IAM names them; none if botocore has no model of the service."""
    return frozenset(
        action
        for service, prefix in ministack.iam_namespaces.items()
        if prefix == namespace
        for model in _models(service, namespace)
        for action in _model_actions(service, namespace, model)
    )


def _models(service: str, namespace: str) -> Iterator[Any]:
    session = botocore.session.get_session()
    candidates = {
        service,
        namespace,
        *_MODELS.get(service, ()),
        *ministack.rest_models.get(service, ()),
    }
    for name in candidates.intersection(session.get_available_services()):
        yield session.get_service_model(name)


def _model_actions(service: str, namespace: str, model: Any) -> Iterator[str]:
    for name in model.operation_names:
        if model.protocol.startswith("rest"):
            yield from _rest_actions(service, model.operation_model(name))
        else:
            yield f"{namespace}:{name}"


def _rest_actions(service: str, operation: OperationModel) -> Iterator[str]:
    """Yield the actions of a REST request, with its required parameters alone and with all of them."""
    path, _, query = operation.http["requestUri"].partition("?")
    fixed, shape = parse_qs(query, keep_blank_values=True), operation.input_shape
    members = shape.members.items() if shape else ()
    parameters = {name: member.serialization["name"] for name, member in members if _in_query(member)}
    for chosen in (shape.required_members if shape else (), parameters):
        query = fixed | {parameters[name]: ["1"] for name in chosen if name in parameters}
        if action := ministack.iam_action(service, operation.http["method"], path, {}, b"", query):
            yield action


def _in_query(member: Any) -> bool:
    return member.serialization.get("location") == "querystring" and "name" in member.serialization
