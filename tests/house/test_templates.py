"""A rule stands in one template, tokens come from one table, people are spoken to in their language."""

import json
from types import ModuleType

import pytest

from okstra_git import contract
from okstra_git.paths import LANGUAGES, templates_directory
from okstra_git.rendering import read_labels
from tests.house.templates import contract_strings, repeated, retyped, sentences, unknown_labels, unquoted

TEXTS = {
    path.relative_to(templates_directory()).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(templates_directory().rglob("*.j2"))
}
PAGES = {name: text for name, text in TEXTS.items() if name.startswith("pages/")}
SCRIPTS = {
    path.name: path.read_text(encoding="utf-8") for path in sorted((templates_directory() / "pages").glob("*.js"))
}
GROUPS = ("", "pages")
LABELS = {
    f"{group}{language}": "\n".join(read_labels(language, group).values()) for language in LANGUAGES for group in GROUPS
}


def test_no_rule_stands_in_two_templates() -> None:
    assert list(repeated({**TEXTS, **LABELS})) == []


def test_contract_tokens_are_injected() -> None:
    assert list(retyped({**TEXTS, **LABELS}, contract_strings(contract))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_templates_and_labels_ask_for_each_other(language: str) -> None:
    others = {name: text for name, text in TEXTS.items() if name not in PAGES}
    assert unknown_labels(others, read_labels(language)) == (set(), set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_and_their_labels_ask_for_each_other(language: str) -> None:
    assert unknown_labels({**PAGES, **SCRIPTS}, read_labels(language, "pages")) == (set(), set())


def test_only_our_own_styles_scripts_and_json_are_not_escaped() -> None:
    raw = [line.strip() for text in PAGES.values() for line in text.splitlines() if "safe" in line]
    assert raw == [
        "<style>{{ style | safe }}</style>",
        "<script>{{ script | safe }}</script>",
        '<script type="application/json" id="{{ id }}">{{ value | json_block | safe }}</script>',
    ]


def test_values_in_command_lines_are_quoted() -> None:
    assert list(unquoted(TEXTS)) == []


@pytest.mark.parametrize(
    "line",
    [
        "`okstra plan check {{ paths.report }}`",
        "`okstra plan check {{ paths.report | code }}`",
        "x: git -C {{ worktree.path }} status",
        "run `git diff {{ worktree.snapshot }}`",
        "`cd {{ project.root }}` first",
        "```sh\ngit log {{ base }}\n```",
        '{{ ("git -C " ~ worktree.path ~ " status") | code }}',
        '{{ ("okstra stage done %s --base %s" | format(task.key | sh, base)) | code }}',
        '{{ "claude " ~ paths.prompt }}',
    ],
)
def test_a_value_that_is_not_quoted_is_found(line: str) -> None:
    assert len(list(unquoted({"prompts/a.md.j2": line}))) == 1


def test_every_value_of_a_script_is_quoted() -> None:
    assert len(list(unquoted({"scripts/a.sh.j2": "cd {{ project.root }}\n# {{ run.words }}"}))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "`okstra plan check {{ paths.report | sh }} --task-key {{ task.key }}`",
        '{{ ("git -C " ~ (worktree.path | sh) ~ " status") | code }}',
        '{{ ("claude " ~ (("Read " ~ project.root) | sh)) | exactly }}',
        "work in {{ worktree.path | code }}, then `git status`",
        "```\n{{ worktree.path }}\n```",
    ],
)
def test_a_value_that_is_quoted_or_in_no_command_is_left_alone(line: str) -> None:
    assert list(unquoted({"prompts/a.md.j2": line})) == []


def test_labels_are_sorted_and_none_is_empty() -> None:
    for name in (f"{group}{language}.json" for language in LANGUAGES for group in ("", "pages.")):
        text = (templates_directory() / "i18n" / name).read_text(encoding="utf-8")
        found = json.loads(text)
        assert list(found) == sorted(found)
        assert all(found.values())


@pytest.mark.parametrize("group", [*GROUPS, "board"])
def test_no_label_is_called_like_a_method_of_a_dict(group: str) -> None:
    """A template that asks for `t.copy` would print the method."""
    assert sorted(read_labels("en", group).keys() & set(dir(dict))) == []


def test_korean_labels_are_korean() -> None:
    words = {**read_labels("ko"), **read_labels("ko", "pages")}
    assert [key for key, label in words.items() if not any("가" <= letter <= "힣" for letter in label)] == []


def test_pages_have_the_same_labels_in_every_language() -> None:
    first, *others = (read_labels(language, "pages").keys() for language in LANGUAGES)
    assert all(keys == first for keys in others)


def test_every_template_is_reachable_by_people() -> None:
    assert [name for name in TEXTS if not name.endswith((".md.j2", ".sh.j2", ".html.j2"))] == []


def test_a_repeated_rule_is_found_whatever_its_line_breaks_and_values() -> None:
    rule = "Nobody writes anything outside of {{ place }} unless the brief has asked for it."
    again = "- Nobody writes anything outside of {{ project.root }}\n  unless".replace("\n  ", " ")
    found = list(repeated({"a": rule, "b": f"Intro.\n{again} the brief has asked for it."}))
    assert len(found) == 1
    assert found[0].startswith("a and b: Nobody writes")


def test_short_sentences_and_tables_may_repeat() -> None:
    row = "| what is found | where it is found | who has found it | what follows from it |"
    assert list(repeated({"a": f"Go on.\n{row}", "b": f"Go on.\n{row}"})) == []


def test_template_tags_end_a_sentence() -> None:
    assert sentences("One {% if x %}Two. Three {{ y }}") == ["One", "Two.", "Three …"]


def test_a_retyped_token_is_found_and_an_injected_one_is_not() -> None:
    table = ModuleType("table")
    vars(table).update(GATE="Concurrent-run: none", SHORT="ok", MANY=("a long enough one",), lower="not a token here")
    strings = contract_strings(table)
    assert strings == {"Concurrent-run: none", "a long enough one"}
    assert list(retyped({"a": "## Concurrent-run: none", "b": "{{ tokens.GATE }}"}, strings)) == [
        "a: 'Concurrent-run: none'"
    ]
