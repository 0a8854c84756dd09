import pytest

from local_aws.stepfunctions.expression_checks import problems


@pytest.mark.parametrize(
    "text",
    [
        "$states.input.name",
        "$a.b[c = 1].d",
        "$a{b: c}",
        "$a^(b)",
        "$map($a, function($v) { $v.b & c })",
        "($x := $states.result; {'a': $x.b, 'c': [$x]})",
        "$a ~> |$|{'b': c}|",
        "$count($runs[completed]) > 0 ? $runs.reason : 'none'",
        "(\n    $x := 1;\n    $x + 1\n)",
    ],
)
def test_expressions_that_start_from_a_variable_are_valid(text: str) -> None:
    assert list(problems(f"{{% {text} %}}", "/States/A/Output")) == []


@pytest.mark.parametrize(
    "text",
    [
        "phone",
        "phone.number",
        "$a & phone",
        "$uppercase(phone)",
        "{'a': phone}",
        "[phone, phone.x]",
        "$a.b ? phone : 1",
        "($x := phone; $x)",
        "phone[$a]",
    ],
)
def test_a_name_at_the_top_level_is_refused(text: str) -> None:
    (error,) = problems(f"{{% {text} %}}", "/States/A/Output")
    reason = "Reference to 'phone' at the top level is not supported."
    assert error == f"UNSUPPORTED_JSONATA_EXPRESSION: {reason} at /States/A/Output"


def test_an_expression_that_does_not_parse_is_refused() -> None:
    assert list(problems("{% 1 + %}", "/States/A/Output")) == [
        "INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/A/Output"
    ]
