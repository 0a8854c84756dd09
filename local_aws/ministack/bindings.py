"""Every attribute of ministack that this package depends on, with its location and its type.

None of these names are public, so `check` looks for each of them before the server starts, and the version
is pinned exactly. Other modules read ``ministack.roles`` and wrap ``Ministack.run_execution``.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from local_aws.ministack import signatures
from local_aws.ministack.binding import Binding
from local_aws.ministack.documents import (
    ChangeSet,
    Context,
    Execution,
    Key,
    LogGroup,
    Policy,
    Principal,
    Properties,
    Role,
    Scoped,
    Session,
    Stack,
    State,
    StateMachine,
    Topic,
)

_STACKS = "services.cloudformation.stacks"
_HANDLERS = "services.cloudformation.handlers"
_CHANGE_SETS = "services.cloudformation.changesets"
_ENGINE = "services.cloudformation.engine"
_PROVISIONERS = "services.cloudformation.provisioners"
_STATES = "services.stepfunctions"


class Ministack:
    """Private attributes of ministack, with their types."""

    # The server: its services, the requests that it routes, and the state that it saves.
    application = Binding[signatures.Application]("app:app")
    service_handlers = Binding[dict[str, signatures.Handler]]("app:SERVICE_HANDLERS")
    service_modules = Binding[dict[str, object]]("app:_loaded_modules")
    state_files = Binding[dict[str, str]]("app:_state_map")
    state_getters = Binding[Callable[[], dict[str, signatures.GetState]]]("app:_build_persistence_save_dict")
    load_state = Binding[Callable[[], None]]("app:_load_persisted_state")
    save_all = Binding[signatures.SaveAll]("core.persistence:save_all", "app:save_all")
    pin_request_origin = Binding[Callable[[str, bool], None]]("app:pin_request_origin")
    routes = Binding[dict[str, dict[str, list[str]]]]("core.router:SERVICE_PATTERNS")
    access_key_id = Binding[Callable[[signatures.Headers, signatures.Query], str]](
        "core.router:extract_access_key_id"
    )
    account_id = Binding[Callable[[], str]]("core.responses:get_account_id")
    region = Binding[Callable[[], str]]("core.responses:get_region")
    set_region = Binding[Callable[[str], None]]("core.responses:set_request_region")

    # IAM and STS
    iam_namespaces = Binding[dict[str, str]]("core.iam_actions:SERVICE_TO_IAM_NAMESPACE")
    rest_models = Binding[dict[str, list[str]]]("core.iam_actions:_BOTOCORE_SERVICE_MAP")
    iam_action = Binding[Callable[[str, str, str, signatures.Headers, bytes, signatures.Query], str | None]](
        "core.iam_actions:extract_iam_action"
    )
    resource_arn = Binding[signatures.ResourceArn]("core.iam_actions:extract_resource_arn")
    request_conditions = Binding[signatures.RequestConditions]("core.iam_actions:request_tag_context")
    denied_response = Binding[signatures.DeniedResponse]("core.iam_actions:access_denied_response")
    denial_message = Binding[Callable[[str, str, str, bool], str]]("core.iam_actions:identity_denial_message")
    enforce = Binding[signatures.Enforce]("core.iam_evaluator:enforce")
    evaluation_context = Binding[signatures.EvaluationContext]("core.iam_evaluator:EvalContext")
    evaluate_trust_policy = Binding[Callable[[Policy, str, object], bool]](
        "core.iam_evaluator:evaluate_trust_policy"
    )
    resolve_principal = Binding[Callable[[str, str], Principal]]("core.iam_evaluator:resolve_principal")
    register_session = Binding[Callable[[str, Session], None]]("services.sts:register_session")
    roles = Binding[Scoped[Role]]("services.iam:_roles")

    # CloudFormation
    stacks = Binding[Scoped[Stack]]("services.cloudformation:_stacks")
    find_stack = Binding[Callable[[str], Stack | None]](f"{_HANDLERS}:_resolve_stack")
    change_sets = Binding[Scoped[ChangeSet]]("services.cloudformation:_change_sets")
    start_stack_operation = Binding[signatures.StartStackOperation](
        f"{_STACKS}:_create_stack_task_in_region",
        f"{_HANDLERS}:_create_stack_task_in_region",
        f"{_CHANGE_SETS}:_create_stack_task_in_region",
    )
    validate_template = Binding[signatures.ValidateTemplate](
        f"{_ENGINE}:validate_template_support",
        f"{_HANDLERS}:validate_template_support",
        f"{_CHANGE_SETS}:validate_template_support",
    )
    evaluate_conditions = Binding[signatures.EvaluateConditions](
        f"{_ENGINE}:_evaluate_conditions",
        f"{_STACKS}:_evaluate_conditions",
        f"{_HANDLERS}:_evaluate_conditions",
        f"{_CHANGE_SETS}:_evaluate_conditions",
    )
    resource_handlers = Binding[dict[str, signatures.ResourceHandlers]](f"{_PROVISIONERS}:_RESOURCE_HANDLERS")
    replacing_properties = Binding[dict[str, tuple[str, ...]]](f"{_PROVISIONERS}:_REPLACING_PROPERTIES")
    stack_tag_properties = Binding[dict[str, tuple[str, str]]](f"{_PROVISIONERS}:_STACK_TAG_PROPERTY")
    provision_resource = Binding[signatures.ProvisionResource](
        f"{_STACKS}:_provision_resource", f"{_PROVISIONERS}:_provision_resource"
    )
    update_resource = Binding[signatures.UpdateResource](f"{_STACKS}:_update_resource")
    delete_resource = Binding[signatures.DeleteResource](
        f"{_STACKS}:_delete_resource", f"{_PROVISIONERS}:_delete_resource"
    )
    physical_name = Binding[signatures.PhysicalName](f"{_PROVISIONERS}:_physical_name")
    is_replacing_change = Binding[Callable[[str, Properties, Properties], bool]](
        f"{_PROVISIONERS}:_replacing_change"
    )
    runs_on_worker_thread = Binding[Callable[[str], bool]](f"{_STACKS}:_runs_on_worker_thread")
    state_machine_definition = Binding[Callable[[Properties], str]](f"{_PROVISIONERS}:_sfn_definition")

    # Step Functions: state machines and executions
    state_machines = Binding[Scoped[StateMachine]](f"{_STATES}:_state_machines")
    executions = Binding[Scoped[Execution]](f"{_STATES}:_executions")
    run_execution = Binding[Callable[[str], None]](f"{_STATES}:_run_execution")
    fail_execution = Binding[Callable[[Execution, str, str], None]](f"{_STATES}:_fail_execution")
    add_event = Binding[signatures.AddEvent](f"{_STATES}:_add_event")
    emit_status_event = Binding[Callable[[Execution], None]](f"{_STATES}:_emit_execution_status_event")
    clock = Binding[ModuleType](f"{_STATES}:time")
    sleep = Binding[Callable[[float], None]](f"{_STATES}:_scaled_sleep")

    # Step Functions: the states of an execution
    execute_pass = Binding[signatures.ExecuteState](f"{_STATES}:_execute_pass")
    execute_choice = Binding[signatures.ExecuteState](f"{_STATES}:_execute_choice")
    execute_wait = Binding[signatures.ExecuteState](f"{_STATES}:_execute_wait")
    execute_task = Binding[signatures.ExecuteCompositeState](f"{_STATES}:_execute_task")
    execute_parallel = Binding[signatures.ExecuteCompositeState](f"{_STATES}:_execute_parallel")
    execute_map = Binding[signatures.ExecuteCompositeState](f"{_STATES}:_execute_map")
    run_branches = Binding[signatures.ExecuteCompositeState](f"{_STATES}:_run_parallel_branches")
    run_iterations = Binding[signatures.ExecuteCompositeState](f"{_STATES}:_run_map_items")
    run_states = Binding[Callable[[dict[str, State], str, Any, Execution, Context], Any]](
        f"{_STATES}:_run_sub_machine"
    )
    fail_state_error = Binding[Callable[[State, Any, Context | None], tuple[str, str]]](
        f"{_STATES}:_fail_state_error"
    )
    find_retrier = Binding[signatures.FindRetrier](f"{_STATES}:_find_matching_retrier")
    invoke_with_time_limit = Binding[Callable[[str, Any, float], Any]](
        f"{_STATES}:_invoke_resource_with_timeout"
    )
    invoke_resource = Binding[signatures.InvokeIntegration](f"{_STATES}:_invoke_resource")
    integrations = Binding[dict[str, signatures.InvokeIntegration]](f"{_STATES}:_SERVICE_DISPATCH")
    task_error = Binding[type[Exception]](f"{_STATES}:_ExecutionError")

    # Step Functions: a state's fields
    query_language = Binding[Callable[[State, Context | None], str]](f"{_STATES}:_state_query_language")
    jsonata = Binding[signatures.JsonataLibrary](f"{_STATES}:jsonata")
    jsonata_arguments = Binding[signatures.ApplyToInput](f"{_STATES}:_apply_jsonata_arguments")
    jsonata_field = Binding[Callable[[State, str, str, Any, Context | None], Any]](
        f"{_STATES}:_jsonata_state_field"
    )
    jsonata_template = Binding[Callable[[Any, Any, Context | None], Any]](
        f"{_STATES}:_apply_jsonata_template"
    )
    jsonata_output = Binding[signatures.JsonataOutput](f"{_STATES}:_apply_jsonata_output")
    assign_variables = Binding[signatures.AssignVariables](f"{_STATES}:_apply_state_assign")
    parameters = Binding[signatures.ApplyToInput](f"{_STATES}:_apply_parameters")
    input_path = Binding[signatures.ApplyToInput](f"{_STATES}:_apply_input_path")
    output_path = Binding[signatures.ApplyToInput](f"{_STATES}:_apply_output_path")
    result_path = Binding[Callable[[State, Any, Any], Any]](f"{_STATES}:_apply_result_path")
    result_selector = Binding[Callable[[State, Any], Any]](f"{_STATES}:_apply_result_selector")
    resolve_path = Binding[Callable[[str, Any, Context | None], Any]](f"{_STATES}:_resolve_path_or_ctx")
    resolve_template = Binding[Callable[[Any, Any, Context | None], Any]](f"{_STATES}:_resolve_params_obj")

    # The other services
    execute_function = Binding[signatures.ExecuteFunction]("services.lambda_svc:_execute_function_warm")
    write_function_log = Binding[signatures.WriteFunctionLog]("services.lambda_svc:_emit_lambda_logs")
    write_encryption = Binding[signatures.WriteEncryption]("services.s3:_resolve_sse_write_headers")
    log_groups = Binding[Scoped[LogGroup]]("services.cloudwatch_logs:_log_groups")
    filter_log_events = Binding[Callable[[dict[str, Any]], Any]](
        "services.cloudwatch_logs:_filter_log_events"
    )
    evaluate_alarms = Binding[Callable[[], None]]("services.cloudwatch:_evaluate_all_alarms")
    dispatch_alarm_actions = Binding[signatures.DispatchAlarmActions](
        "services.cloudwatch:_dispatch_alarm_actions"
    )
    record_metric = Binding[Callable[[str, str, float, str, dict[str, str]], None]](
        "services.cloudwatch:record_metric"
    )
    invoke_target = Binding[signatures.InvokeTarget]("services.eventbridge:_invoke_target")
    start_execution_of_target = Binding[Callable[[str, str], None]](
        "services.eventbridge:_dispatch_to_stepfunctions"
    )
    publish_to_target = Binding[Callable[[str, str], None]]("services.eventbridge:_dispatch_to_sns")
    topics = Binding[Scoped[Topic]]("services.sns:_topics")
    find_key = Binding[Callable[[str | None], Key | None]]("services.kms:_resolve_key")


ministack = Ministack()


def check(table: type = Ministack) -> None:
    """Look for the attribute of every binding of a class, in every module.

    Raises
    ------
    MissingBindingError
        Naming the missing attribute, its module and the version.
    """
    for binding in vars(table).values():
        if isinstance(binding, Binding):
            for _ in binding.locations():
                pass
