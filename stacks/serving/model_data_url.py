"""The parameter ModelDataUrl, and conditions on the algorithm that trained the model it names."""

from typing import Final

from aws_cdk import CfnCondition, CfnParameter, Fn, ICfnRuleConditionExpression
from constructs import Construct

from stacks.config.settings import Settings

# The key prefix of the open container's models (decision 0005).
_OPEN_MODELS: Final = "/models/open/"


class ModelDataUrl(Construct):
    """The parameter of the Serving stack, and the conditions that depend on it.

    Attributes
    ----------
    parameter
        ModelDataUrl: the S3 URI of the promoted model, empty before the first promotion.
    servable
        The condition that a model was promoted and the deployment's algorithm trained it.
    of_other_algorithm
        The condition that a model was promoted, but the other algorithm trained it.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        self.parameter = CfnParameter(
            self,
            "ModelDataUrl",
            default="",
            allowed_pattern=r"(s3://[^/]+/models/.+/model\.tar\.gz)?",
            constraint_description="must be empty or s3://<bucket>/models/<training job>/output/model.tar.gz",
            description="The S3 URI of the model that the endpoint serves; the state machine sets it.",
        )
        self.parameter.override_logical_id("ModelDataUrl")
        url = self.parameter.value_as_string
        # The part before /models/open/ equals the whole text if and only if the URL doesn't contain it.
        # Fn::Split of an empty text isn't documented, so the text has a prefix.
        text = Fn.join("", ["url:", url])
        not_open = Fn.condition_equals(Fn.select(0, Fn.split(_OPEN_MODELS, text)), text)
        open_model = Fn.condition_not(not_open)
        builtin_model = Fn.condition_and(Fn.condition_not(Fn.condition_equals(url, "")), not_open)
        servable, of_other_algorithm = (
            (open_model, builtin_model) if settings.algorithm == "open" else (builtin_model, open_model)
        )
        self.servable = self._condition("Servable", servable)
        self.of_other_algorithm = self._condition("OfOtherAlgorithm", of_other_algorithm)

    def _condition(self, name: str, expression: ICfnRuleConditionExpression) -> CfnCondition:
        condition = CfnCondition(self, name, expression=expression)
        condition.override_logical_id(f"Model{name}")
        return condition
