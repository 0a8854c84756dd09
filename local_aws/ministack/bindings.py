"""The one place that says where ministack keeps what the extension leans on.

ministack promises none of these names, so `check` looks for every one of them before the server starts, and
the version is pinned exactly. The other rooms say `names.get("roles")` and never a name of ministack.
"""

import importlib
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

# our word -> where ministack keeps it, and each module that imported it from there
NAMES: dict[str, tuple[str, ...]] = {
    "application": ("app:app",),
    "service handlers": ("app:SERVICE_HANDLERS",),
    "service modules": ("app:_loaded_modules",),
    "state files": ("app:_state_map",),
    "state to save": ("app:_build_persistence_save_dict",),
    "load state": ("app:_load_persisted_state",),
    "save all": ("core.persistence:save_all", "app:save_all"),
    "pin request origin": ("app:pin_request_origin",),
    "routes": ("core.router:SERVICE_PATTERNS",),
    "access key of request": ("core.router:extract_access_key_id",),
    "account": ("core.responses:get_account_id",),
    "region": ("core.responses:get_region",),
    "set region": ("core.responses:set_request_region",),
    "namespaces": ("core.iam_actions:SERVICE_TO_IAM_NAMESPACE",),
    "rest models": ("core.iam_actions:_BOTOCORE_SERVICE_MAP",),
    "iam action": ("core.iam_actions:extract_iam_action",),
    "resource arn": ("core.iam_actions:extract_resource_arn",),
    "request conditions": ("core.iam_actions:request_tag_context",),
    "denied response": ("core.iam_actions:access_denied_response",),
    "denial message": ("core.iam_actions:identity_denial_message",),
    "enforce": ("core.iam_evaluator:enforce",),
    "evaluation context": ("core.iam_evaluator:EvalContext",),
    "evaluate trust": ("core.iam_evaluator:evaluate_trust_policy",),
    "resolve principal": ("core.iam_evaluator:resolve_principal",),
    "register session": ("services.sts:register_session",),
    "roles": ("services.iam:_roles",),
    "resource handlers": ("services.cloudformation.provisioners:_RESOURCE_HANDLERS",),
    "replacing properties": ("services.cloudformation.provisioners:_REPLACING_PROPERTIES",),
    "stack tag properties": ("services.cloudformation.provisioners:_STACK_TAG_PROPERTY",),
    "provision": (
        "services.cloudformation.stacks:_provision_resource",
        "services.cloudformation.provisioners:_provision_resource",
    ),
    "update": ("services.cloudformation.stacks:_update_resource",),
    "delete": (
        "services.cloudformation.stacks:_delete_resource",
        "services.cloudformation.provisioners:_delete_resource",
    ),
    "physical name": ("services.cloudformation.provisioners:_physical_name",),
    "replacing change": ("services.cloudformation.provisioners:_replacing_change",),
    "start stack operation": (
        "services.cloudformation.stacks:_create_stack_task_in_region",
        "services.cloudformation.handlers:_create_stack_task_in_region",
        "services.cloudformation.changesets:_create_stack_task_in_region",
    ),
    "validate template": (
        "services.cloudformation.engine:validate_template_support",
        "services.cloudformation.handlers:validate_template_support",
        "services.cloudformation.changesets:validate_template_support",
    ),
    "evaluate conditions": (
        "services.cloudformation.engine:_evaluate_conditions",
        "services.cloudformation.stacks:_evaluate_conditions",
        "services.cloudformation.handlers:_evaluate_conditions",
        "services.cloudformation.changesets:_evaluate_conditions",
    ),
    "stacks": ("services.cloudformation:_stacks",),
    "stack": ("services.cloudformation.handlers:_resolve_stack",),
    "change sets": ("services.cloudformation:_change_sets",),
    "runs on worker thread": ("services.cloudformation.stacks:_runs_on_worker_thread",),
    "machines": ("services.stepfunctions:_state_machines",),
    "executions": ("services.stepfunctions:_executions",),
    "machine definition": ("services.cloudformation.provisioners:_sfn_definition",),
    "jsonata": ("services.stepfunctions:jsonata",),
    "run execution": ("services.stepfunctions:_run_execution",),
    "task arguments": ("services.stepfunctions:_apply_jsonata_arguments",),
    "task parameters": ("services.stepfunctions:_apply_parameters",),
    "fail execution": ("services.stepfunctions:_fail_execution",),
    "add execution event": ("services.stepfunctions:_add_event",),
    "execution status event": ("services.stepfunctions:_emit_execution_status_event",),
    "error of fail state": ("services.stepfunctions:_fail_state_error",),
    "execute Pass": ("services.stepfunctions:_execute_pass",),
    "execute Task": ("services.stepfunctions:_execute_task",),
    "execute Choice": ("services.stepfunctions:_execute_choice",),
    "execute Wait": ("services.stepfunctions:_execute_wait",),
    "execute Parallel": ("services.stepfunctions:_execute_parallel",),
    "execute Map": ("services.stepfunctions:_execute_map",),
    "run branches": ("services.stepfunctions:_run_parallel_branches",),
    "run iterations": ("services.stepfunctions:_run_map_items",),
    "run states": ("services.stepfunctions:_run_sub_machine",),
    "query language": ("services.stepfunctions:_state_query_language",),
    "jsonata field": ("services.stepfunctions:_jsonata_state_field",),
    "jsonata template": ("services.stepfunctions:_apply_jsonata_template",),
    "jsonata output": ("services.stepfunctions:_apply_jsonata_output",),
    "assign": ("services.stepfunctions:_apply_state_assign",),
    "input path": ("services.stepfunctions:_apply_input_path",),
    "output path": ("services.stepfunctions:_apply_output_path",),
    "result path": ("services.stepfunctions:_apply_result_path",),
    "result selector": ("services.stepfunctions:_apply_result_selector",),
    "resolve path": ("services.stepfunctions:_resolve_path_or_ctx",),
    "resolve template": ("services.stepfunctions:_resolve_params_obj",),
    "find retrier": ("services.stepfunctions:_find_matching_retrier",),
    "sleep": ("services.stepfunctions:_scaled_sleep",),
    "invoke with time limit": ("services.stepfunctions:_invoke_resource_with_timeout",),
    "invoke": ("services.stepfunctions:_invoke_resource",),
    "execute function": ("services.lambda_svc:_execute_function_warm",),
    "encryption of writes": ("services.s3:_resolve_sse_write_headers",),
    "write function log": ("services.lambda_svc:_emit_lambda_logs",),
    "log groups": ("services.cloudwatch_logs:_log_groups",),
    "filter log events": ("services.cloudwatch_logs:_filter_log_events",),
    "evaluate alarms": ("services.cloudwatch:_evaluate_all_alarms",),
    "alarm actions": ("services.cloudwatch:_dispatch_alarm_actions",),
    "invoke target": ("services.eventbridge:_invoke_target",),
    "start execution of target": ("services.eventbridge:_dispatch_to_stepfunctions",),
    "publish to target": ("services.eventbridge:_dispatch_to_sns",),
    "topics": ("services.sns:_topics",),
    "kms key": ("services.kms:_resolve_key",),
    "record metric": ("services.cloudwatch:record_metric",),
    "integrations": ("services.stepfunctions:_SERVICE_DISPATCH",),
    "task error": ("services.stepfunctions:_ExecutionError",),
}


class MissingHookError(RuntimeError):
    """ministack has no longer what the extension leans on; the message names it and the version."""


def check() -> None:
    """Look for every name of `NAMES`, in every module.

    Raises
    ------
    MissingHookError
        Naming what is missing, where, and the versions.
    """
    for places in NAMES.values():
        for place in places:
            _place(place)


def get(name: str) -> Any:
    """Return what stands in `NAMES` under that word, as it is now."""
    module, attribute = _place(NAMES[name][0])
    return getattr(module, attribute)


def wrap(name: str, around: Callable[[Any], Any]) -> None:
    """Put ``around(original)`` in the place of what `NAMES` lists, in every module that imported it."""
    replacement = around(get(name))
    for place in NAMES[name]:
        module, attribute = _place(place)
        setattr(module, attribute, replacement)


def _place(place: str) -> tuple[Any, str]:
    path, _, attribute = place.partition(":")
    try:
        module = importlib.import_module(f"ministack.{path}")
    except ImportError as error:
        raise _missing(place) from error
    if not hasattr(module, attribute):
        raise _missing(place)
    return module, attribute


def _missing(place: str) -> MissingHookError:
    return MissingHookError(
        f"ministack {version('ministack')} has no {place.replace(':', '.')}, which local_aws leans on. "
        "Install the version that requirements.txt pins (make install)."
    )
