"""Templates become text, or a refusal that names template and line; what they compile to is never kept."""

import json
from pathlib import Path

import pytest

from okstra_git.errors import OkstraError
from okstra_git.rendering import (
    code_block,
    code_span,
    content_policy,
    drop_compiled,
    json_block,
    read_labels,
    render,
    table_cell,
)
from tests.kit.refusals import refuses


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


def broken(shelf: Path, text: str, **values: object) -> OkstraError:
    (shelf / "t.md.j2").write_text(text)
    with refuses("template.broken") as caught:
        render("t.md.j2", values, root=shelf)
    return caught.value


def test_values_and_tokens_are_filled_in_and_nothing_is_escaped(shelf: Path) -> None:
    (shelf / "t.md.j2").write_text("{{ who }} {{ tokens.TEAM_GATE }} {{ roster.BASE_BRANCHES[0] }}\n")
    assert render("t.md.j2", {"who": "<b> & 'c'"}, root=shelf) == "<b> & 'c' Team Creation Gate main\n"


def test_an_unknown_name_is_refused_with_template_and_line(shelf: Path) -> None:
    found = broken(shelf, "fine\n{{ nobody }}\n")
    assert (found.facts["template"], found.facts["line"]) == ("t.md.j2", 2)
    assert found.message.startswith("the template t.md.j2 is broken in line 2: ")
    assert "nobody" in found.message


def test_an_error_in_an_included_template_names_that_one(shelf: Path) -> None:
    (shelf / "inner.md.j2").write_text("\n\n{{ a.b }}")
    found = broken(shelf, '{% include "inner.md.j2" %}', a=1)
    assert (found.facts["template"], found.facts["line"]) == ("inner.md.j2", 3)


def test_bad_syntax_is_refused_with_its_line(shelf: Path) -> None:
    found = broken(shelf, "one\n{% if %}\n")
    assert (found.code, found.facts["line"]) == ("template.broken", 2)


def test_an_error_of_python_in_a_template_is_the_templates(shelf: Path) -> None:
    assert broken(shelf, "{{ 1 + 'a' }}").facts["line"] == 1


def test_a_template_that_is_not_there_is_refused(shelf: Path) -> None:
    with refuses("template.broken", match=r"missing\.md\.j2"):
        render("missing.md.j2", {}, root=shelf)


def test_shell_words_are_quoted(shelf: Path) -> None:
    (shelf / "t.sh.j2").write_text("{{ path | sh }}")
    assert render("t.sh.j2", {"path": "it's $HOME"}, root=shelf) == """'it'"'"'s $HOME'"""


def test_code_and_cells_survive_odd_text() -> None:
    assert code_span("a`b") == "``a`b``"
    assert code_span("`a`") == "`` `a` ``"
    assert code_span("a\nb") == "`a b`"
    assert code_block("```\nx\n```", "text") == "````text\n```\nx\n```\n````"
    assert table_cell("a | b\n c") == "a \\| b c"


def test_a_template_is_compiled_from_its_source_and_leaves_no_file(shelf: Path, tmp_path: Path) -> None:
    (shelf / "t.md.j2").write_text("one")
    before = sorted(tmp_path.rglob("*"))
    assert render("t.md.j2", {}, root=shelf) == "one"
    assert sorted(tmp_path.rglob("*")) == before


def test_compiled_templates_of_earlier_releases_go_and_nothing_else(tmp_path: Path) -> None:
    private, folder = tmp_path / "private", tmp_path / "private/cache/templates"
    drop_compiled(private)
    folder.mkdir(parents=True)
    (folder / "__jinja2_0a.cache").write_bytes(b"j2")
    drop_compiled(private)
    assert not folder.exists()
    folder.mkdir()
    (folder / "__jinja2_0a.cache").write_bytes(b"j2")
    (folder / "mine.txt").write_text("stays")
    drop_compiled(private)
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("link", ["cache", "cache/templates"])
def test_compiled_templates_are_not_removed_through_a_link(tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere/templates"
    elsewhere.mkdir(parents=True)
    (elsewhere / "__jinja2_0a.cache").write_bytes(b"j2")
    place = tmp_path / "private" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere if link.endswith("templates") else elsewhere.parent)
    drop_compiled(tmp_path / "private")
    assert (elsewhere / "__jinja2_0a.cache").exists()


def test_labels_in_an_unknown_language_are_refused() -> None:
    assert read_labels("ko")["report"] == "보고서"
    with refuses("language.unknown", match="no labels in 'fr'"):
        read_labels("fr")


def test_what_is_in_html_is_escaped_and_what_is_in_markdown_is_not(shelf: Path) -> None:
    for name in ("t.html.j2", "t.md.j2"):
        (shelf / name).write_text("{{ who }}")
    assert render("t.html.j2", {"who": "<b>'\""}, root=shelf) == "&lt;b&gt;&#39;&#34;"
    assert render("t.md.j2", {"who": "<b>'\""}, root=shelf) == "<b>'\""


def test_json_in_a_page_ends_no_element_and_is_read_back() -> None:
    value = {"a": "</script><!-- & \u2028 <script>"}
    text = json_block(value)
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == value


def test_a_policy_names_the_styles_and_scripts_by_what_is_in_them() -> None:
    policy = content_policy("a { }", "1")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy != content_policy("a { }", "2")
    assert "unsafe" not in policy
