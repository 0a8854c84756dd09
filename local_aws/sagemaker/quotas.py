"""Service Quotas for SageMaker: how many instances of a type may train, serve or transform at a time.

Each is 20 until somebody requests an increase, which is granted at once, also of a smaller value. The names
are AWS's; the codes, which AWS gives at random, come from the names here.
"""

import functools
import hashlib
import uuid

from local_aws import identity
from local_aws.ministack.requests import Request
from local_aws.sagemaker.authorization import inputs_of
from local_aws.sagemaker.calls import Call, Record, now
from local_aws.sagemaker.errors import ServiceError
from local_aws.sagemaker.service import Operation, Service
from local_aws.sagemaker.validation import service_model

DEFAULT = 20.0
SERVICE = "sagemaker"
PAGE = 100
# What instances are used for, as the names say it -> the API's enumeration of the types.
USAGES = {
    "training job": "TrainingInstanceType",
    "endpoint": "ProductionVariantInstanceType",
    "transform job": "TransformInstanceType",
}


def require(service: Service, call: Call, name: tuple[str, str], active: int, wanted: int) -> None:
    """Refuse a call that would exceed a quota of its region; the store's lock is held.

    Parameters
    ----------
    name
        The instance type and its usage, such as ``("ml.c4.xlarge", "endpoint")``.
    active, wanted
        How many instances there are, and how many more the call asks for.

    Raises
    ------
    ServiceError
        ``ResourceLimitExceeded``, in SageMaker's words.
    """
    quota = "{} for {} usage".format(*name)
    limit = _value(service, call, _code(quota))
    if active + wanted > limit:
        raise ServiceError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{quota}' is {limit:g} Instances, with current utilization of "
            f"{active} Instances and a request delta of {wanted} Instances. Please use AWS Service Quotas to "
            "request an increase for this quota. If AWS Service Quotas is not available, contact AWS support "
            "to request an increase for this quota.",
        )


def resource_of(request: Request) -> str:
    """Return the ARN of the quota that an increase is requested for, "*" for the calls that read."""
    if "Request" not in request.operation():
        return "*"
    inputs = inputs_of(request)
    return _arn(identity.region(), identity.account(), str(inputs.get("QuotaCode")))


def list_(service: Service, call: Call) -> Record:
    """ListServiceQuotas: by name."""
    _require_service(call)
    first = int(call.inputs.get("NextToken", "0"))
    last = first + call.inputs.get("MaxResults", PAGE)
    codes = list(_names())
    with service.store.lock:
        quotas = [_described(service, call, code) for code in codes[first:last]]
    return {"Quotas": quotas, **({"NextToken": str(last)} if last < len(codes) else {})}


def get(service: Service, call: Call) -> Record:
    """GetServiceQuota."""
    with service.store.lock:
        return {"Quota": _described(service, call, _existing(call))}


def increase(service: Service, call: Call) -> Record:
    """RequestServiceQuotaIncrease: approved at once."""
    code = _existing(call)
    with service.store.lock:
        service.store.quotas[_key(call, code)] = call.inputs["DesiredValue"]
        described = _described(service, call, code)
    moment = now()
    requested = {name: value for name, value in described.items() if name not in {"Value", "Adjustable"}}
    requested |= {"Id": uuid.uuid4().hex, "DesiredValue": described["Value"], "Status": "APPROVED"}
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


def _key(call: Call, code: str) -> str:
    return f"{call.region} {code}"


def _value(service: Service, call: Call, code: str) -> float:
    return service.store.quotas.get(_key(call, code), DEFAULT)


def _require_service(call: Call) -> None:
    if call.inputs["ServiceCode"] != SERVICE:
        raise ServiceError(
            "NoSuchResourceException",
            f"There are no quotas of {call.inputs['ServiceCode']} on this machine, only of {SERVICE}.",
        )


def _existing(call: Call) -> str:
    _require_service(call)
    code = str(call.inputs["QuotaCode"])
    if code not in _names():
        raise ServiceError("NoSuchResourceException", f"The quota {code} does not exist.")
    return code


def _described(service: Service, call: Call, code: str) -> Record:
    return {
        "ServiceCode": SERVICE,
        "ServiceName": "Amazon SageMaker",
        "QuotaArn": _arn(call.region, call.account, code),
        "QuotaCode": code,
        "QuotaName": _names()[code],
        "Value": _value(service, call, code),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _arn(region: str, account: str, code: str) -> str:
    return f"arn:aws:servicequotas:{region}:{account}:{SERVICE}/{code}"


OPERATIONS: dict[str, Operation] = {
    "ListServiceQuotas": list_,
    "GetServiceQuota": get,
    "RequestServiceQuotaIncrease": increase,
}
