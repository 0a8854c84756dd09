"""The CDK app: composes the three stacks of an environment from its settings."""

from aws_cdk import App, Tags

from stacks.config.settings import SettingsError, load_settings
from stacks.serving_stack import ServingStack
from stacks.storage_stack import StorageStack
from stacks.training_stack import TrainingStack

# Tags on it are not in the bill, and would require another permission of the hosting deploy role.
UNTAGGED = ["AWS::ApplicationAutoScaling::ScalableTarget"]


def compose(app: App) -> None:
    """Add the three stacks of the environment that the context selects."""
    settings = load_settings(app.node.get_all_context())
    storage = StorageStack(app, settings=settings)
    training = TrainingStack(app, settings=settings, data_bucket=storage.bucket)
    ServingStack(app, settings=settings, hosting_role=training.hosting_role, topic=training.topic)
    for tag, value in (("project", settings.name), ("environment", settings.environment)):
        Tags.of(app).add(tag, value, exclude_resource_types=UNTAGGED)


if __name__ == "__main__":
    # The tests run cfn-lint; the built-in validation would add four seconds to every synthesis.
    app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
    try:
        compose(app)
    except SettingsError as error:
        raise SystemExit(f"{error}") from error
    app.synth()
