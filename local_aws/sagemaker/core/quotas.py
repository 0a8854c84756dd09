"""Service Quotas for SageMaker: the instances of a type that may train, serve or transform at a time.

Each is 20 until an increase is requested, which is granted immediately, also of a smaller value. The names
are AWS's; the codes, which are random at AWS, are derived from the names.
"""

import functools
import hashlib
import uuid

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.sagemaker.core.access.authorization import inputs_of
from local_aws.sagemaker.core.api_call import ApiCall, JsonObject, now
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.core.validation import service_model

DEFAULT_LIMIT = 20.0
SERVICE = "sagemaker"
PAGE = 100
# usage, as in a quota's name -> the API's enumeration of the instance types
USAGES = {
    "training job": "TrainingInstanceType",
    "endpoint": "ProductionVariantInstanceType",
    "transform job": "TransformInstanceType",
}


def require(
    service: Service, call: ApiCall, instance_usage: tuple[str, str], active: int, requested: int
) -> None:
    """Refuse a call that would exceed a quota of its region; the caller holds the store's lock.

    Parameters
    ----------
    instance_usage
        The instance type and its usage, such as ``("ml.c4.xlarge", "endpoint")``.
    active, requested
        The number of running instances, and of those that the call adds.

    Raises
    ------
    ServiceError
        ``ResourceLimitExceeded``, in SageMaker's wording.
    """
    quota = "{} for {} usage".format(*instance_usage)
    limit = _limit(service, call, _code(quota))
    if active + requested > limit:
        raise ServiceError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{quota}' is {limit:g} Instances, with current utilization of "
            f"{active} Instances and a request delta of {requested} Instances. Please use AWS Service Quotas "
            "to request an increase for this quota. If AWS Service Quotas is not available, contact AWS "
            "support to request an increase for this quota.",
        )


def resource_of(request: Request) -> str:
    """Return the ARN of the quota whose increase is requested, "*" for the calls that read."""
    if "Request" not in request.operation():
        return "*"
    inputs = inputs_of(request)
    return _arn(identity.region(), identity.account(), str(inputs.get("QuotaCode")))


def list_(service: Service, call: ApiCall) -> JsonObject:
    """ListServiceQuotas: by name."""
    _require_service(call)
    first = int(call.inputs.get("NextToken", "0"))
    last = first + call.inputs.get("MaxResults", PAGE)
    codes = list(_names())
    with service.store.lock:
        quotas = [_describe(service, call, code) for code in codes[first:last]]
    return {"Quotas": quotas, **({"NextToken": str(last)} if last < len(codes) else {})}


def get(service: Service, call: ApiCall) -> JsonObject:
    """GetServiceQuota."""
    with service.store.lock:
        return {"Quota": _describe(service, call, _existing_code(call))}


def increase(service: Service, call: ApiCall) -> JsonObject:
    """RequestServiceQuotaIncrease: approved immediately."""
    code = _existing_code(call)
    with service.store.lock:
        service.store.quotas[_key(call, code)] = call.inputs["DesiredValue"]
        quota = _describe(service, call, code)
    moment = now()
    requested = {name: value for name, value in quota.items() if name not in {"Value", "Adjustable"}}
    requested |= {"Id": uuid.uuid4().hex, "DesiredValue": quota["Value"], "Status": "APPROVED"}
    return {"RequestedQuota": {**requested, "Created": moment, "LastUpdated": moment}}


@functools.cache
def _names() -> dict[str, str]:
    """Return the name of every quota by its code, in the order of the names."""
    model = service_model("sagemaker")
    names = [
        f"{instance} for {usage} usage"
        for usage, shape in USAGES.items()
        for instance in getattr(model.shape_for(shape), "enum", [])
    ]
    return {_code(name): name for name in sorted(names)}


def _code(name: str) -> str:
    return f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"


def _key(call: ApiCall, code: str) -> str:
    return f"{call.region} {code}"


def _limit(service: Service, call: ApiCall, code: str) -> float:
    return service.store.quotas.get(_key(call, code), DEFAULT_LIMIT)


def _require_service(call: ApiCall) -> None:
    if call.inputs["ServiceCode"] != SERVICE:
        raise ServiceError(
            "NoSuchResourceException",
            f"The local AWS has no quotas of {call.inputs['ServiceCode']}, only of {SERVICE}.",
        )


def _existing_code(call: ApiCall) -> str:
    _require_service(call)
    code = str(call.inputs["QuotaCode"])
    if code not in _names():
        raise ServiceError("NoSuchResourceException", f"The quota {code} does not exist.")
    return code


def _describe(service: Service, call: ApiCall, code: str) -> JsonObject:
    return {
        "ServiceCode": SERVICE,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": _arn(call.region, call.account, code),
        "QuotaCode": code,
        "QuotaName": _names()[code],
        "Value": _limit(service, call, code),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _arn(region: str, account: str, code: str) -> str:
    return f"arn:aws:servicequotas:{region}:{account}:{SERVICE}/{code}"


OPERATIONS = {
    "ListServiceQuotas": list_,
    "GetServiceQuota": get,
    "RequestServiceQuotaIncrease": increase,
}
