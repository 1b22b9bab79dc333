"""Final verdicts are read as people write them, and never from code, comments or other sections."""

import pytest

from okstra_git.handoff.report_verdict import one_verdict_token, read_reported_verdict

TABLE = "| Verdict Token | Direction |\n|---|---|\n| accepted | proceed |\n"


@pytest.mark.parametrize(
    "body",
    [
        TABLE,
        "| Direction | **Verdict Token** |\n|---|---|\n| proceed | `accepted` |\n",
        "| Field | Value |\n|---|---|\n| Verdict Token | `accepted` |\n| Direction | proceed |\n",
        "| Verdict Token | accepted |\n|---|---|\n| Direction | proceed |\n",
        "- **Verdict Token**: `accepted`\n- **Direction**: proceed\n",
        "Verdict Token = accepted\nDirection = proceed\n",
        "Verdict Token：accepted\n",
    ],
)
@pytest.mark.parametrize(
    "heading", ["## 7. Final Verdict", "## Final Verdict", "### 9.1 final verdict:", "## 7. Final Verdict (최종 판정)"]
)
def test_one_field_is_read_in_every_form(heading: str, body: str) -> None:
    assert one_verdict_token(f"# Report\n\n{heading}\n\n{body}\n## 8. Rest\n\nVerdict Token: rejected\n") == "accepted"


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        ("It is accepted.\n", ()),
        (f"```\n{TABLE}```\n", ()),
        (f"<!--\n{TABLE}-->\n", ()),
        ("| Verdict Token | Direction |\n|---|---|\n", ()),
        ("- Verdict Token:\n", ("",)),
        (f"{TABLE}| rejected | stop |\n", ("accepted", "rejected")),
        (f"{TABLE}\n### 7.1 More\n\n- Verdict Token: accepted\n", ("accepted", "accepted")),
        (f"{TABLE}\n## Final Verdict\n\n{TABLE}", ("accepted", "accepted")),
    ],
)
def test_none_or_several_fields_are_no_token(body: str, tokens: tuple[str, ...]) -> None:
    report = f"## 7. Final Verdict\n\n{body}"
    assert read_reported_verdict(report).tokens == tokens
    assert one_verdict_token(report) == (tokens[0] if len(tokens) == 1 else None)


def test_the_card_is_not_the_verdict() -> None:
    found = read_reported_verdict(f"## Verdict Card\n\n{TABLE}\n```\n## 7. Final Verdict\n{TABLE}```\n")
    assert found.tokens == ()
