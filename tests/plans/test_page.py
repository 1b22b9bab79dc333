"""The page about plans and briefs: its examples are sound, and it explains every problem there is."""

import re

from okstra_git.briefs.brief import parse_brief
from okstra_git.briefs.rules import check_brief
from okstra_git.documents.markdown import parse_document
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_map import parse_plan
from tests.kit.surroundings import ROOT

PAGE = (ROOT / "docs/guide/plans-and-briefs.md").read_text()
CODES = PAGE.partition("## What can be wrong")[2].partition("## The project's own files")[0]
BRIEF, PLAN = re.findall(r"^```markdown\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_brief_of_the_page_is_sound() -> None:
    brief = parse_brief(parse_document(BRIEF))
    assert check_brief(brief) == []
    assert (brief.gate, [question.is_marked for question in brief.questions]) == ("partial", [True, False, False])


def test_the_plan_of_the_page_is_sound() -> None:
    plan = parse_plan(parse_document(PLAN))
    assert check_plan(plan, for_approval=True) == []
    assert [(stage.depends_on, stage.files, len(stage.commands)) for stage in plan.stages] == [
        ((), ("src/keys.py", "src/schema.sql"), 1),
        ((1,), ("src/form.py",), 1),
    ]


def test_every_code_is_explained_once() -> None:
    paths = [path for room in ("plans", "briefs") for path in (ROOT / "okstra_git" / room).glob("*.py")]
    paths.append(ROOT / "okstra_git/reports/clarifications.py")
    sources = "".join(path.read_text() for path in paths)
    codes = set(re.findall(r'Flaw\(\s*"([^"]+)"', sources))
    codes |= {f"clarification.{name}" for name in re.findall(r'^        \("(\w+)", row\.', sources, re.MULTILINE)}
    assert "clarification.kind" in codes
    explained = re.findall(r"^- `([a-z]+\.[a-z-]+)`:", CODES, re.MULTILINE)
    assert sorted(explained) == sorted(codes)
