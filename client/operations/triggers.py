"""What starts executions without a person, and has to be still before a deployment is destroyed."""

from collections.abc import Callable

from client.deployment import Deployment


def stop_triggers(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Delete the deployment's schedule and disable its rule on uploads, if there are any.

    Their stack deletes them too, but later: an execution that they started meanwhile would train on.
    """
    # CloudFormation begins the names that it generates with the stack's and the logical id.
    prefix = f"{deployment.stack('Training')}-Triggers"
    scheduler, events = deployment.client("scheduler"), deployment.client("events")
    for schedule in scheduler.list_schedules(NamePrefix=prefix)["Schedules"]:
        scheduler.delete_schedule(Name=schedule["Name"])
        say(f"deleted schedule {schedule['Name']}")
    for rule in events.list_rules(NamePrefix=prefix)["Rules"]:
        events.disable_rule(Name=rule["Name"])
        say(f"disabled rule {rule['Name']}")
