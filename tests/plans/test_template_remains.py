"""Placeholders of the template that nobody replaced keep a plan from passing; what only looks like one does not."""

import pytest

from okstra_git.bundle.render import make_bundle
from okstra_git.documents.markdown import parse_document
from okstra_git.plans.rules import check_plan
from okstra_git.plans.stage_map import parse_plan
from tests.bundle.samples import a_run, sources_of
from tests.kit.prepared import a_plan


def left_over(text: str) -> list[tuple[int, str]]:
    found = check_plan(parse_plan(parse_document(text)))
    return [(each.line, each.message.partition(" is still")[0]) for each in found if each.code == "plan.placeholder"]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_template_itself_is_refused_line_by_line(language: str) -> None:
    context = a_run("implementation-planning", language=language)
    bundle = make_bundle(context, sources_of(context))
    (form,) = (each.data.decode() for each in bundle.instructions if each.path.endswith("final-report-template.md"))
    found = left_over(form)
    assert {gap for _, gap in found} >= {
        "<approach>", "<title>", "`<path>`", "<text>", "`<command>`: exit <exit code>", "<how it is undone>",
        "<what later stages may rely on>", "<part>", "<gate>", "<item>, <worker>: <reason>",
    }  # fmt: skip
    for line, gap in found:
        assert gap in form.splitlines()[line - 1]
    assert [line for line, _ in found] == sorted(line for line, _ in found)


@pytest.mark.parametrize(("old", "new", "gap"), [
    ("- `src/s1.py`", "- `<path>`", "`<path>`"),
    ("- `src/s1.py`", "- `<path>` (new)", "`<path>`"),
    ("part 1", "<title>", "<title>"),
])  # fmt: skip
def test_one_that_is_left_is_found(old: str, new: str, gap: str) -> None:
    text = a_plan({1: ()})
    assert old in text
    changed = text.replace(old, new)
    assert {each for _, each in left_over(changed)} == {gap}


@pytest.mark.parametrize("line", [
    "1. Change `<title>` in index.html, and the `<path>` of the logo.",
    "- `Result<T>` and `Map<path, step>` stay generic.",
    "1. Support these elements: `<path>`, `<circle>`.",
    "- `<path>`",
    "1. `<step>` becomes `<item>` in the feed.",
    "- if a < b and c > d, stop",
    "<details><summary>More</summary></details>",
    "- `git commit -m <message>`",
    "`<command>`: exit 0 is what the help says",
    "```html\n<title>\n- <step>\n<what later stages may rely on>\n```",
    "<!-- <what later stages may rely on> -->",
    "| `<title>` | the page's title |",
])  # fmt: skip
def test_what_only_looks_like_one_is_left_alone(line: str) -> None:
    text = a_plan({1: ()})
    steps = text.index("Steps")
    at = text.index("\n", text.index("\n", steps) + 1)
    assert left_over(f"{text[:at]}\n\n{line}\n{text[at:]}") == []


def test_a_plan_without_any_is_as_it_was() -> None:
    assert left_over(a_plan({1: (), 2: (1,)})) == []
