"""Pull requests in words: as whole text, by hostile hands, in too little room, in a project's own form."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from okstra_git.handoff.group_status import Leaving
from okstra_git.handoff.pull_request_body import (
    MAX_BODY,
    MAX_TITLE,
    PullRequestFacts,
    StageSection,
    render_body,
    render_title,
)
from okstra_git.handoff.templates import Template, columns, prose
from okstra_git.paths import templates_directory
from okstra_git.records.stage import Check
from okstra_git.rendering import _environment, read_labels
from tests.handoff.parcels import ALTERED, CARRIED, COPIED, FORM, SMALL, TABLE, UNVERIFIED, oid, verification

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = bool(os.environ.get("OKSTRA_WRITE_SNAPSHOTS"))
SAMPLES = {
    "small.en": SMALL,
    "small.ko": replace(SMALL, language="ko", title="고객 로그인", others=((1, "스키마 도구", "landed"),)),
    "odd.en": replace(
        SMALL, stages=(CARRIED, ALTERED, UNVERIFIED), others=(), tickets=(), usage=(), plan_path="", group=""
    ),
    "copied.en": replace(SMALL, stages=COPIED, others=(), tickets=(), usage=(), plan_path=""),
    "copied.ko": replace(SMALL, language="ko", stages=COPIED, others=(), tickets=(), usage=(), plan_path=""),
    "odd.ko": replace(SMALL, language="ko", stages=(CARRIED, ALTERED, UNVERIFIED), usage=SMALL.usage[:1]),
}
HOSTILE = (
    "Fix #1 <img src=x onerror=a()> @boss **b** [l](http://e.vil) `t` | $x$ &copy; ![i](a) www.e.vil GH-2 </details>"
)


def form(text: str) -> Template:
    return Template("form.md", text, "named")


def html(markdown: str) -> str:
    """As a forge shows it, about."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    return str(parser.render(markdown))


def shown_text(markdown: str) -> str:
    """What a reader sees of one paragraph, spaces without width left out."""
    (token,) = (token for token in MarkdownIt("commonmark").parse(markdown) if token.type == "inline")
    assert token.children is not None
    assert {child.type for child in token.children} <= {"text", "text_special"}, token.children
    return "".join(child.content for child in token.children).replace("\u200b", "")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("name", SAMPLES)
def test_a_pull_request_reads_as_it_did(name: str) -> None:
    found = f"{render_title(SAMPLES[name])}\n\n{render_body(SAMPLES[name], None)}"
    path = SNAPSHOTS / f"{name}.md"
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == SAMPLES.keys()


def test_what_is_not_known_has_no_section() -> None:
    labels, body = read_labels("en"), render_body(SAMPLES["odd.en"], None)
    assert [labels[key] for key in ("pr_tickets", "pr_plan", "pr_usage") if f"## {labels[key]}" in body] == []


def test_a_whole_task_is_said_to_be_one() -> None:
    whole = replace(SMALL, scope="whole-task", others=(), group="")
    assert render_title(whole) == "feature: Let customers log in"
    assert "delivers the whole task" in render_body(whole, None)


@pytest.mark.parametrize(
    ("title", "category", "numbers", "found"),
    [
        ("Log in", "feature", (2,), "feature: Log in (stage 2)"),
        ("Log in", "", (2, 3), "Log in (stages 2, 3)"),
        ("Log in", "feature", (1, 2, 3, 7), "feature: Log in (stages 1–3, 7)"),
        ("feature: Log in", "feature", (2,), "feature: Log in (stage 2)"),
        ("feature(web): Log in", "feature", (2,), "feature(web): Log in (stage 2)"),
        ("", "feature", (2,), "feature: shop:web:login (stage 2)"),
        ("Log\nin\x1b[2J\u202e \ud800now", "feature", (2,), "feature: Log in[2J now (stage 2)"),
        ("w" * 90, "feature", (2,), f"feature: {'w' * 52}… (stage 2)"),
        ("word " * 30, "fix", (2,), f"fix: {'word ' * 10}word… (stage 2)"),
        ("로그인 " * 30, "feature", (2,), f"feature: {'로그인 ' * 6}로그인… (stage 2)"),
    ],
)
def test_a_title_is_one_line_of_72_columns(title: str, category: str, numbers: tuple[int, ...], found: str) -> None:
    stages = tuple(replace(TABLE, number=number) for number in numbers)
    shown = render_title(replace(SMALL, title=title, category=category, stages=stages))
    assert shown == found
    assert columns(shown) <= MAX_TITLE


@given(st.text(max_size=200), st.text(max_size=40), st.lists(st.integers(1, 999_999), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_title_is_one_printable_line(title: str, category: str, numbers: list[int]) -> None:
    stages = tuple(replace(TABLE, number=number) for number in numbers)
    shown = render_title(replace(SMALL, title=title, category=category, stages=stages))
    assert shown.strip() == shown
    assert columns(shown) <= 90
    assert all(c.isprintable() or c in "\u200c\u200d" for c in shown)


def hostile(language: str) -> PullRequestFacts:
    path = "a`b|<b>@x\n/close"
    part = StageSection(
        number=2,
        title=HOSTILE,
        commit=oid("a"),
        tree=oid("b"),
        depends_on=(1,),
        files=(path, "``", " x "),
        commits=1,
        verification=verification("a", "b", *[Check(command=f"{path} #3 {HOSTILE}", exit_code=0)] * 9),
        carried=False,
        leaving=Leaving(2, oid("a"), oid("0"), "replayed", None, (path, HOSTILE)),
        summary=f"/close\n{HOSTILE}\n# head",
    )
    return replace(
        SMALL,
        title=HOSTILE,
        category=HOSTILE,
        tickets=(HOSTILE, "@team", "#12"),
        base=path,
        branch=path,
        stages=(part,),
        others=((3, HOSTILE, HOSTILE),),
        plan_path=path,
        usage=((HOSTILE, HOSTILE, 1, 2, 0.5),),
        language=language,
    )


@pytest.mark.parametrize("language", ["en", "ko"])
def test_hostile_text_shows_and_does_nothing(language: str) -> None:
    body = render_body(hostile(language), None)
    code = "".join(found.content for found in spans(body))
    outside = html(body)
    for tag in ("<img", "<a ", "<strong>b", "<script", "<h1"):
        assert tag not in outside
    prose_only = visible(body)
    for alarm in ("@boss", "@team", "#1 ", "#3", "http://", "www.", "GH-2", "©"):
        assert alarm not in prose_only
    assert "#12" in prose_only
    assert "@x" in code
    assert body.count("<details>") == body.count("\n</details>\n") == 1
    assert not any(line.startswith("/") for line in body.splitlines())
    assert html(body).count("<tr>") == 2


def spans(markdown: str) -> list[Any]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [child for token in tokens for child in token.children or () if child.type == "code_inline"]


def visible(markdown: str) -> str:
    """The text outside of code, as it is after entities are read."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    return " ".join(
        "".join(child.content for child in token.children or () if child.type in ("text", "text_special"))
        for token in tokens
    )


@pytest.mark.parametrize(
    "text",
    [
        *(HOSTILE, "# a", "- a", "1. a", "12) a", "+", "= a", "> a", "a #", "_a_ b_c _", "***", "- - -", "~~a~~"),
        *("\\*a\\*", "a\\|b", "&lt;", "a@b.c", "https://a.b/c_d_", "/close", "2026", "1.5 seconds"),
    ],
)
def test_prose_shows_just_its_text(text: str) -> None:
    assert shown_text(prose(text)) == text


@given(st.text(alphabet=st.sampled_from("ab1 #*_`<>[]()!@&;:/\\|~$-+=.\n가"), max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_prose_shows_just_its_text(text: str) -> None:
    plain = " ".join(text.split())
    if plain:
        assert shown_text(prose(text)) == plain
        assert shown_text(f"a {prose(text)}") == f"a {plain}"


def large(stages: int, files: int, checks: int) -> PullRequestFacts:
    many = tuple(Check(command=f"make check-{n} {'x' * 60}", exit_code=int(n == 7)) for n in range(checks))
    part = replace(
        FORM,
        files=tuple(f"src/{'d' * 40}/{n}.py" for n in range(files)),
        verification=verification("1", "d", *many),
        summary="word " * 100,
    )
    return replace(SMALL, stages=tuple(replace(part, number=n) for n in range(1, stages + 1)))


@pytest.mark.parametrize(
    ("facts", "is_cut"),
    [
        (large(2, 30, 30), False),
        (large(5, 300, 100), True),
        (large(20, 300, 100), True),
        (large(60, 300, 100), True),
        (large(400, 9, 9), True),
        (replace(SMALL, others=tuple((n, "😀" * 100, "started") for n in range(199))), False),
        (replace(SMALL, others=tuple((n, "😀" * 200, "😀" * 200) for n in range(5_000))), True),
    ],
)
def test_a_body_fits_and_says_when_it_was_cut(facts: PullRequestFacts, is_cut: bool) -> None:
    body = render_body(facts, None)
    assert units(body) <= MAX_BODY
    assert body.count("<details>") == body.count("</details>")
    note = f"\n*{read_labels('en')['pr_shortened']}*\n"
    assert body.endswith(note) is is_cut
    assert (note in body) is is_cut


def test_what_is_cut_is_counted_and_failures_stay() -> None:
    body = render_body(large(20, 300, 100), None)
    assert "Files: 300" in body
    assert "Commands: 100, failed: 1" in body
    assert "**exit code 1**" in body
    assert "- 95 more\n" in body
    assert "Token use" in body


def test_a_short_list_that_was_cut_says_so_too() -> None:
    body = render_body(large(33, 7, 7), None)
    assert "- 2 more\n" in body
    assert body.count("<summary>Commands: 7</summary>") == 33


def test_in_the_least_room_a_body_ends_with_a_whole_line() -> None:
    body = render_body(large(2_000, 0, 1), None)
    assert units(body) <= MAX_BODY
    lines = body.splitlines()
    assert lines[-1].startswith("*Shortened")
    assert set(lines) <= set(render_body(large(1, 0, 1), None).splitlines()) | set(all_lines(2_000)) | {lines[-1]}


def all_lines(stages: int) -> list[str]:
    return [f"### Stage {n}: Login form" for n in range(1, stages + 1)]


def test_a_full_template_leaves_its_own_text_whole() -> None:
    own = "# Ours\n\n{{ okstra.stages }}\n\n{{ okstra.evidence }}\n\n- [ ] read\n" + "line\n" * 3_000
    body = render_body(large(2_000, 5, 5), form(own))
    assert units(body) <= MAX_BODY
    assert "- [ ] read\n" + "line\n" * 3_000 in body
    assert "### Stage 1:" in body


def test_a_template_without_room_is_cut_itself() -> None:
    assert units(render_body(SMALL, form("wort\n" * 13_100))) <= MAX_BODY


def test_every_gap_is_filled() -> None:
    names = ("title", "stages", "evidence", "scope", "tickets", "cost", "plan", "body")
    body = render_body(SMALL, form("\n".join(f"[{name}]\n{{{{ okstra.{name} }}}}" for name in names)))
    assert "okstra." not in body
    assert "[title]\nfeature: Let customers log in (stages 2, 3)\n" in body
    assert "[tickets]\nSHOP-12, #34\n" in body
    assert body.endswith(render_body(SMALL, None))


def test_what_is_not_known_is_none_in_a_template() -> None:
    gaps = "T {{okstra.tickets}}\nC {{ okstra.cost }}\nP {{ okstra.plan }}"
    assert render_body(SAMPLES["odd.en"], form(gaps)) == "T none\nC none\nP none\n"


def test_tickets_left_out_are_counted() -> None:
    many = tuple(f"SHOP-{n}" for n in range(230))
    assert render_body(replace(SMALL, tickets=many), form("{{ okstra.tickets }}")).endswith("SHOP-199, 30 more\n")


def test_a_stage_title_cannot_fill_gaps() -> None:
    facts = replace(SMALL, stages=(replace(TABLE, title="{{ okstra.body }} {% for %}"),))
    body = render_body(facts, form("{{ okstra.stages }}"))
    assert "{{ okstra.body }} {% for %}" in body


def test_every_template_of_a_handoff_is_used() -> None:
    _environment.cache_clear()
    render_title(SMALL)
    render_body(SMALL, None)
    cache = _environment(templates_directory()).cache
    assert cache is not None
    used = {key[1] for key in cache.keys()}  # noqa: SIM118 - jinja's cache is no mapping
    assert {f"handoff/{path.name}" for path in (templates_directory() / "handoff").iterdir()} == used


def test_the_same_facts_give_the_same_text() -> None:
    assert render_body(SMALL, None) == render_body(SMALL, None)
