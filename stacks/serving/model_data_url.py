"""Which algorithm trained the promoted model, read from its url, as CloudFormation conditions."""

from aws_cdk import CfnCondition, CfnParameter, Fn, ICfnRuleConditionExpression
from constructs import Construct

from stacks.config.settings import Settings

_OPEN_MODELS = "/models/open/"


class ModelChoice(Construct):
    """The one parameter of Serving, and what follows from it.

    Attributes
    ----------
    url
        The parameter ModelDataUrl: where the promoted model lies, empty until there is one.
    servable
        The condition that there is a model and this deployment's algorithm trained it.
    of_other_algorithm
        The condition that there is a model, but the other algorithm trained it.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self.url = CfnParameter(
            self,
            "ModelDataUrl",
            default="",
            allowed_pattern=r"(s3://[^/]+/models/.+/model\.tar\.gz)?",
            constraint_description="must be empty or s3://<bucket>/models/<training job>/output/model.tar.gz",
            description="Where the model that the endpoint serves lies; the state machine sets it.",
        )
        self.url.override_logical_id("ModelDataUrl")
        url = self.url.value_as_string
        # What stands before models/open/ is everything exactly when the url doesn't hold it. Fn::Select fails
        # on a part that isn't there, and which parts an empty text has isn't documented: so it isn't empty.
        text = Fn.join("", ["url:", url])
        not_open = Fn.condition_equals(Fn.select(0, Fn.split(_OPEN_MODELS, text)), text)
        open_model = Fn.condition_not(not_open)
        builtin_model = Fn.condition_and(Fn.condition_not(Fn.condition_equals(url, "")), not_open)
        is_open = settings.algorithm == "open"
        ours, others = (open_model, builtin_model) if is_open else (builtin_model, open_model)
        self.servable = self._condition("Servable", ours)
        self.of_other_algorithm = self._condition("OfOtherAlgorithm", others)

    def _condition(self, name: str, expression: ICfnRuleConditionExpression) -> CfnCondition:
        condition = CfnCondition(self, name, expression=expression)
        condition.override_logical_id(f"Model{name}")
        return condition
