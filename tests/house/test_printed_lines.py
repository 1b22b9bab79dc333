"""Whoever pastes a line that okstra prints runs nothing but that line."""

import pytest

from tests.house.printed_lines import unquoted
from tests.house.sources import Source, imports_of, product_sources

SOURCES = product_sources()
QUOTING = (
    "okstra_git/porcelain/inspect/resume.py", "okstra_git/handoff/seen_evidence.py", "okstra_git/plain_lines.py",
)  # fmt: skip
"""Who may use shlex: those who split a line. Quoting is for okstra_git/commands.py."""

EXACTLY = ("okstra_git/commands.py", "okstra_git/rendering.py")
"""Who may quote a name that cannot be seen: scripts, which are run, and the one who says how."""
READS_NAMES = "okstra_git/git/revisions.py"
RULES_OF_GIT = (".revparse", ".resolve_refish", ".lookup_branch(name)", "_dwim(")


def test_words_of_printed_lines_are_quoted() -> None:
    assert [found for source in SOURCES for found in unquoted(source)] == []


def test_there_is_one_place_that_quotes() -> None:
    users = {source.path for source in SOURCES for each in imports_of(source) if each.module == "shlex"}
    assert users <= set(QUOTING)
    assert {source.path for source in SOURCES if "exact_word" in source.text} == set(EXACTLY)


def test_git_s_general_rules_for_names_are_asked_in_one_place() -> None:
    users = [source.path for source in SOURCES if any(rule in source.text for rule in RULES_OF_GIT)]
    assert users == [READS_NAMES]


@pytest.mark.parametrize(
    "line",
    [
        'x = f"git okstra stage done 3 --branch {branch}"',
        'raise E("no", hint=f"git okstra plan approve {plan.path}")',
        'def f(a):\n    return f"git fetch {a.name}, then look"',
        'def f(a):\n    b = a.name\n    return f"git log {b}"',
        'def f(a):\n    b = word(a)\n    b = a.name\n    return f"git log {b}"',
        'x = f"{begin} --base {base}"',
        'x = f"gh pr create --title {title!r}"',
        'x = f"repeat with --base {name or other}"',
        'x = f"cd {path}"',
        'x = "next: git okstra run show " + run["id"]',
        'x = f"git okstra log {key} --since " + since',
        'x = f"git update-ref {name} abc"',
        'x = "git okstra stage done %s" % branch',
        'x = "git okstra stage done {}".format(branch)',
        'x = "git switch {b}, then repeat".format(b=branch)',
        'x = " ".join(["git okstra stage done", branch])',
        'x = " ".join(("git", "push", remote))',
        'x = command("git push", "--force", name)',
        'x = command("git push", ("-o", name))',
        'x = command("git push", (flag, name))',
    ],
)
def test_a_word_that_is_not_quoted_is_found(line: str) -> None:
    assert len(list(unquoted(Source("okstra_git/a.py", line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        'x = f"git okstra stage done {number} --task-key {key} --branch {word(branch)}"',
        'x = command("git okstra stage done", number, branch)',
        'x = command("git okstra stage done", number, ("--branch", branch), *more)',
        'x = "git okstra run list %s" % word(name)',
        'x = " ".join(["git okstra log", word(a), command("b", c)])',
        'x = ", ".join([a, b])',
        'def f(a):\n    name = word(a)\n    return f"git log {name}"',
        'def f(a, b):\n    more = f" --stage {word(b)}" if b else ""\n    return f"git okstra run list{more}"',
        'x = f"branch {name} is not there"',
        'x = "git okstra run list" + (" --json" if a else "")',
        'x = "git okstra log " + word(name)',
        'x = f"git could not write: {said}"',
        'x = f"{new_run_command(task)} --base {word(x)}"',
    ],
)
def test_words_that_are_quoted_or_no_words_of_a_command_are_left_alone(line: str) -> None:
    assert list(unquoted(Source("okstra_git/a.py", line))) == []
