"""A project's own template is found where forges look, filled without being evaluated, and refused with a reason."""

import os
from pathlib import Path
from time import process_time

import pytest

from okstra_git.errors import OkstraError
from okstra_git.handoff.templates import MAX_BYTES, fill, find_template
from tests.kit.refusals import refuses

VALUES = {"body": "BODY", "title": "TITLE", "stages": "- one\n\n- two"}


def put(root: Path, name: str, content: bytes = b"text\n") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def chosen(root: Path, named: str | None = None, configured: str | None = None) -> tuple[str, str] | None:
    found = find_template(root, named, configured)
    return (found.path, found.origin) if found else None


@pytest.mark.parametrize(
    "name",
    [
        "pull_request_template.md",
        "PULL_REQUEST_TEMPLATE.md",
        "docs/pull_request_template.txt",
        "docs/PULL_REQUEST_TEMPLATE.MD",
        ".github/pull_request_template.md",
        ".GitHub/Pull_Request_Template.md",
        ".gitlab/merge_request_templates/Default.md",
    ],
)
def test_the_usual_places_are_known_in_any_case(tmp_path: Path, name: str) -> None:
    assert chosen(tmp_path) is None
    put(tmp_path, name)
    assert chosen(tmp_path) == (name, "repository")


def test_what_was_named_comes_first_then_the_setting_then_the_repository(tmp_path: Path) -> None:
    for name in ("named.md", "set.md", ".github/pull_request_template.md", "pull_request_template.md"):
        put(tmp_path, name)
    assert chosen(tmp_path, "named.md", "set.md") == ("named.md", "named")
    assert chosen(tmp_path, None, "set.md") == ("set.md", "configured")
    assert chosen(tmp_path, "", "") == (".github/pull_request_template.md", "repository")


@pytest.mark.parametrize("named", ["hotfix", "hotfix.md", "HotFix", ".github/PULL_REQUEST_TEMPLATE/hotfix.md"])
def test_one_of_several_templates_is_taken_only_by_name(tmp_path: Path, named: str) -> None:
    put(tmp_path, ".github/PULL_REQUEST_TEMPLATE/hotfix.md")
    assert chosen(tmp_path) is None
    assert chosen(tmp_path, named) == (".github/PULL_REQUEST_TEMPLATE/hotfix.md", "named")


def test_an_absolute_path_may_be_anywhere(tmp_path: Path) -> None:
    path = put(tmp_path, "outside.md", b"\xef\xbb\xbfa\r\nb\r\n")
    found = find_template(tmp_path / "project", str(path), None)
    assert found is not None
    assert (found.path, found.text) == (path.as_posix(), "a\nb\n")


def refused(root: Path, named: str | None = None, configured: str | None = None) -> OkstraError:
    with refuses("template.missing") as caught:
        find_template(root, named, configured)
    assert caught.value.code == "template.missing"
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("none.md", "is not there"),
        ("folder/none.md", "is not there"),
        ("folder", "is a folder and not a file"),
        ("latin.md", "is not UTF-8 at byte 1"),
        ("binary.md", "is not text"),
        ("large.md", "is larger than 64 KiB"),
        ("../outside.md", "is outside of the project"),
        ("link.md", "is outside of the project"),
        ("loop.md", "cannot be read"),
        ("nul\0.md", "cannot be read"),
        ("n" * 300, "cannot be read"),
        ("pipe", "is a pipe and not a file"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(tmp_path: Path, named: str, why: str) -> None:
    root = tmp_path / "project"
    put(root, "folder/x.md")
    put(root, "latin.md", b"a\xe4")
    put(root, "binary.md", b"a\0")
    put(root, "large.md", b"x" * (MAX_BYTES + 1))
    (root / "link.md").symlink_to(put(tmp_path, "outside.md"))
    (root / "loop.md").symlink_to("loop.md")
    os.mkfifo(root / "pipe")
    error = refused(root, named)
    assert why in error.message
    assert "\n" not in error.message
    assert error.facts["origin"] == "named"
    assert why in refused(root, None, named).message


def test_64_kib_are_read(tmp_path: Path) -> None:
    put(tmp_path, "full.md", b"x" * MAX_BYTES)
    assert chosen(tmp_path, "full.md") == ("full.md", "named")


def test_a_repository_cannot_publish_what_is_outside_of_it(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret")
    (tmp_path / "project/.github").mkdir(parents=True)
    (tmp_path / "project/.github/pull_request_template.md").symlink_to(secret)
    error = refused(tmp_path / "project")
    assert "'.github/pull_request_template.md' is outside of the project" in error.message
    assert error.hint == "mend the file, or name another template"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a {{ okstra.title }} b", "a TITLE b\n"),
        ("{{okstra.title}}{{   okstra.title }}", "TITLETITLE\n"),
        ("x\n\n{{ okstra.stages }}\n\ny\n", "x\n\n- one\n\n- two\n\ny\n"),
        ("- x\n  {{ okstra.stages }}", "- x\n  - one\n\n  - two\n"),
        ("> {{ okstra.stages }}", "> - one\n>\n> - two\n"),
        ("own", "own\n\n---\n\nBODY\n"),
        ("", "BODY\n"),
        ("\n\n", "BODY\n"),
        ("{{ title }} {% if x %} {{ okstra.other }}", "{{ title }} {% if x %} {{ okstra.other }}\n\n---\n\nBODY\n"),
        ("{{ okstra.title }} {{ config }} {% raw %}", "TITLE {{ config }} {% raw %}\n"),
        ("<!-- {{ okstra.body }}\n-->\nown", "<!-- {{ okstra.body }}\n-->\nown\n\n---\n\nBODY\n"),
        ("<!-- a --> {{ okstra.body }} <!-- b -->", "<!-- a --> BODY <!-- b -->\n"),
        ("<!-- a --> {{ okstra.stages }}", "<!-- a --> - one\n\n- two\n"),
        ("never closed: `<!--` {{ okstra.title }}", "never closed: `<!--` TITLE\n"),
        ("<!-- a --> `<!--` {{ okstra.title }}", "<!-- a --> `<!--` TITLE\n"),
        ("{{ okstra.\ntitle }}{{ okstra.body }}", "{{ okstra.\ntitle }}BODY\n"),
    ],
)
def test_gaps_are_filled_and_all_else_stays(text: str, found: str) -> None:
    assert fill(text, VALUES) == found


def test_values_are_not_looked_into() -> None:
    assert fill("{{ okstra.title }}", {"title": "{{ okstra.body }}\\1", "body": "B"}) == "{{ okstra.body }}\\1\n"


def test_a_template_of_openings_is_filled_in_no_time() -> None:
    started = process_time()
    assert fill("<!--" * 16_000 + "{{ okstra.title }}", VALUES).endswith("<!--TITLE\n")
    assert fill("{{ okstra." * 6_000, VALUES).endswith("BODY\n")
    assert fill(" " * 60_000, VALUES) == "BODY\n"
    assert fill(" " * 60_000 + "x" + "> " * 2_000, VALUES).endswith("BODY\n")
    assert process_time() - started < 2
