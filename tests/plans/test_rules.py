"""Every rule of a plan, broken alone and together, each told with its own code and line."""

import re
from pathlib import Path

import pytest

from okstra_git.documents.markdown import parse_document
from okstra_git.documents.problems import Flaw
from okstra_git.plans import rules, stage_map
from okstra_git.plans.rules import check_plan, require_plan
from okstra_git.plans.stage_map import parse_plan
from tests.kit.prepared import a_plan
from tests.kit.refusals import refuses
from tests.kit.surroundings import ROOT

SOUND = a_plan({1: (), 2: (1,), 3: (2,)})
ROW = {n: f"| {n} | part {n} | {n - 1 or '(none)'} |\n" for n in (1, 2, 3)}
HEAD = {n: f"### Stage {n}: part {n}\n" for n in (1, 2, 3)}
NEEDS = {n: f"- depends-on: {n - 1 or '(none)'}\n" for n in (1, 2, 3)}


def check(text: str, *, for_approval: bool = False) -> list[Flaw]:
    return check_plan(parse_plan(parse_document(text)), for_approval=for_approval)


def told(text: str, *, for_approval: bool = False) -> list[tuple[str, str, int | None]]:
    """Code, the text of the line that is named, and the stage of every problem."""
    lines = ["", *text.splitlines()]
    return [(each.code, lines[each.line], each.stage) for each in check(text, for_approval=for_approval)]


def swap(*pairs: tuple[str, str], text: str = SOUND) -> str:
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def without_section(number: int, text: str = SOUND) -> str:
    start = text.index(HEAD[number])
    end = text.index(HEAD[number + 1]) if number < 3 else len(text)
    return text[:start] + text[end:]


FILES_1, VALIDATION_1 = "- `src/s1.py`\n", "```sh\npython -m pytest tests/test_s1.py\n```\n"
BROKEN = {
    "plan.no-stage-map": (swap(("### Stage Map", "### Stages")), "---", None),
    "plan.no-stages": (SOUND[: SOUND.index("| Stage |")], "### Stage Map", None),
    "plan.bad-number": (swap((ROW[1], "| one | part 1 | |\n" + ROW[1])), "| one | part 1 | |", None),
    "plan.duplicate-stage": (swap((ROW[2], ROW[2] + "| 2 | again | 1 |\n")), "| 2 | again | 1 |", 2),
    "plan.dependencies-differ": (swap((ROW[3], "| 3 | part 3 | 1 |\n")), "- depends-on: 2", 3),
    "plan.bad-dependency": (swap((NEEDS[2], "- depends-on: 1, soon\n")), "- depends-on: 1, soon", 2),
    "plan.front-matter": (swap(("approved: false", "approved: [no")), "approved: [no", None),
    "plan.numbering": (
        swap((ROW[3], "| 4 | part 3 | 2 |\n"), (HEAD[3], "### Stage 4: part 3\n")), "### Stage 4: part 3", 4,
    ),
    "plan.no-title": (swap((ROW[1], "| 1 | | (none) |\n"), (HEAD[1], "### Stage 1\n")), "### Stage 1", 1),
    "plan.unknown-dependency": (
        swap((ROW[2], "| 2 | part 2 | 1, 9 |\n"), (NEEDS[2], "- depends-on: 1, 9\n")), "### Stage 2: part 2", 2,
    ),
    "plan.cycle": (
        swap((ROW[2], "| 2 | part 2 | 3 |\n"), (NEEDS[2], "- depends-on: 3\n")), "### Stage 2: part 2", 2,
    ),
    "plan.forward-dependency": (
        swap((ROW[1], "| 1 | part 1 | 3 |\n"), (NEEDS[1], "- depends-on: 3\n"), (ROW[3], "| 3 | part 3 | |\n"),
             (NEEDS[3], "- depends-on: (none)\n")),
        "### Stage 1: part 1", 1,
    ),
    "plan.no-section": (without_section(3), "| 3 | part 3 | 2 |", 3),
    "plan.no-row": (swap((ROW[3], "")), "### Stage 3: part 3", 3),
    "plan.missing-block": (
        swap(("#### Rollback\n\nRevert the commits of stage 2.\n", "")), "### Stage 2: part 2", 2,
    ),
    "plan.empty-block": (swap(("Part 1 works and is exported.\n", "")), "#### Stage Exit Contract", 1),
    "plan.no-files": (swap((FILES_1, "(none)\n")), "#### Files", 1),
    "plan.bad-path": (swap((FILES_1, FILES_1 + "- ../secret\n")), "- ../secret", 1),
    "plan.placeholder": (swap((FILES_1, FILES_1 + "- `<path>`\n")), "- `<path>`", None),
    "plan.no-command": (swap((VALIDATION_1, "Look at it.\n")), "#### Stage Validation", 1),
    "plan.removed-heading": (SOUND + "## 7. Open Questions\n\n- why?\n", "## 7. Open Questions", None),
    "plan.no-marker": (swap(("- [ ] Approved\n", "")), "---", None),
}  # fmt: skip


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_rule_is_told_alone_and_in_its_line(code: str) -> None:
    text, line, stage = BROKEN[code]
    assert told(text, for_approval=code == "plan.no-marker") == [(code, line, stage)]
    (problem,) = check(text, for_approval=code == "plan.no-marker")
    assert problem.message
    assert problem.hint
    assert "\n" not in problem.message + problem.hint


def test_every_code_has_its_broken_plan() -> None:
    source = "".join(Path(str(module.__file__)).read_text() for module in (stage_map, rules))
    assert set(re.findall(r'Flaw\(\s*"([^"]+)"', source)) == set(BROKEN)


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        SOUND.replace("\n", "\r\n"),
        "\ufeff" + SOUND,
        a_plan({1: ()}),
        re.sub(r"^\|.*\n", "", SOUND, flags=re.MULTILINE),
        re.sub(r"^- depends-on.*\n", "", SOUND, flags=re.MULTILINE),
        (ROOT / "templates/inputs/plan.en.md").read_text(),
        (ROOT / "templates/inputs/plan.ko.md").read_text(),
    ],
    ids=["sound", "windows", "bom", "one stage", "no table", "only the table says", "en", "ko"],
)
def test_a_sound_plan_has_no_problem(text: str) -> None:
    assert check(text, for_approval=True) == []


def test_the_templates_say_the_same_in_both_languages() -> None:
    en, ko = (
        parse_plan(parse_document((ROOT / f"templates/inputs/plan.{one}.md").read_text())) for one in ("en", "ko")
    )
    shapes = [[(s.number, s.depends_on, s.files, s.commands, set(s.blocks)) for s in plan.stages] for plan in (en, ko)]
    assert shapes[0] == shapes[1]


def test_everything_that_is_wrong_is_told_from_top_to_bottom() -> None:
    text = swap(
        ("approved: false", "approved: [no"),
        (ROW[1], ROW[1] + "| one | x | |\n"),
        (NEEDS[1], "- depends-on: soon\n"),
        (FILES_1, "- /etc/passwd\n- ~/x\n"),
        ("Revert the commits of stage 1.\n", ""),
        (NEEDS[2], "- depends-on: 9\n"),
        ("#### Stage Validation\n\n```sh\npython -m pytest tests/test_s3.py\n```\n", ""),
    )
    found = told(text + "## 0. Reading Confirmation\n", for_approval=True)
    assert found == [
        ("plan.front-matter", "approved: [no", None),
        ("plan.bad-number", "| one | x | |", None),
        ("plan.bad-dependency", "- depends-on: soon", 1),
        ("plan.bad-path", "- /etc/passwd", 1),
        ("plan.bad-path", "- ~/x", 1),
        ("plan.empty-block", "#### Rollback", 1),
        ("plan.unknown-dependency", "### Stage 2: part 2", 2),
        ("plan.dependencies-differ", "- depends-on: 9", 2),
        ("plan.missing-block", "### Stage 3: part 3", 3),
        ("plan.removed-heading", "## 0. Reading Confirmation", None),
    ]


@pytest.mark.parametrize(
    ("needs", "circles"),
    [
        ({1: (1,)}, ["1 -> 1"]),
        ({1: (2,), 2: (1,)}, ["1 -> 2 -> 1"]),
        ({1: (3,), 2: (1,), 3: (2,)}, ["1 -> 3 -> 2 -> 1"]),
        ({1: (2,), 2: (1,), 3: (4,), 4: (3,)}, ["1 -> 2 -> 1", "3 -> 4 -> 3"]),
        ({1: (), 2: (1,), 3: (1, 2)}, []),
    ],
)
def test_each_circle_is_told_once(needs: dict[int, tuple[int, ...]], circles: list[str]) -> None:
    problems = [problem for problem in check(a_plan(needs)) if problem.code == "plan.cycle"]
    assert [problem.message.rpartition(": ")[2] for problem in problems] == circles


@pytest.mark.parametrize("path", ["/a", "~/a", "../a", "a/../../b", "a\\b", "."])
@pytest.mark.parametrize("item", ["- {}\n", "\n\n- {}\n", "| F |\n|---|\n| {} |\n", "a.py,\n{}\n"])
def test_a_path_outside_of_the_repository_is_told_in_its_line(path: str, item: str) -> None:
    (found,) = told(swap((FILES_1, item.format(path))))
    assert (found[0], path in found[1], found[2]) == ("plan.bad-path", True, 1)


def test_a_bad_path_behind_a_label_is_told_in_its_line() -> None:
    (found,) = told(swap((f"#### Files\n\n{FILES_1}", "- **Files:** /etc/passwd\n")))
    assert found == ("plan.bad-path", "- **Files:** /etc/passwd", 1)


def test_a_refusal_carries_every_problem() -> None:
    plan = parse_plan(parse_document(swap((FILES_1, "- /a\n- /b\n"))))
    with refuses("plan.invalid") as refused:
        require_plan(plan, path="plan.md")
    (first, second), error = check_plan(plan), refused.value
    assert error.message == f"plan.md:{first.line}: '/a' is not a path inside the repository, and 1 more"
    assert (error.code, error.exit_status, error.hint) == ("plan.invalid", 1, "git okstra plan check plan.md")
    assert error.facts == {"path": "plan.md", "problems": [first.as_json(), second.as_json()]}
    assert first.as_json() == {
        "code": "plan.bad-path",
        "line": first.line,
        "message": "'/a' is not a path inside the repository",
        "hint": "write it from the top of the repository, with slashes",
        "stage": 1,
    }


def test_a_sound_plan_is_handed_back() -> None:
    plan = parse_plan(parse_document(SOUND))
    assert require_plan(plan, path="plan.md", for_approval=True) is plan
