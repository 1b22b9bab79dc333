"""No configuration changes a verdict: one replay and one question, whatever the user has set."""

import pytest

from tests.kit.story import Story, auto, confirm

LINES = "".join(f"line {n}\n" for n in range(1, 31))
SETTINGS = {
    "how a diff looks": [
        "diff.noprefix=true",
        "diff.mnemonicPrefix=true",
        "diff.context=0",
        "diff.algorithm=patience",
        "diff.orderFile=/dev/null",
        "color.ui=always",
    ],
    "who makes a diff": ["diff.external=false", "core.pager=false", "interactive.diffFilter=false"],
    "what a diff follows": ["diff.renames=false", "diff.ignoreSubmodules=all", "core.fileMode=false"],
    "short names": ["core.abbrev=4", "core.quotePath=false", "rebase.abbreviateCommands=true"],
    "lines and spaces": ["core.autocrlf=input", "core.whitespace=cr-at-eol", "apply.ignoreWhitespace=change"],
    "logs": ["log.showSignature=true", "log.date=relative", "log.showRoot=false", "i18n.logOutputEncoding=latin1"],
    "merges": ["merge.conflictStyle=diff3", "merge.renames=false", "merge.directoryRenames=false"],
    "storage": ["core.commitGraph=false", "core.ignoreCase=true", "core.logAllRefUpdates=always"],
}


def _one_of_each(story: Story) -> None:
    """A stage that replays over an edit in the same file, and one whose indentation changes on the way."""
    story.advance(("L", {"list": LINES, "a.py": "if x:\n    one()\n"}))
    story.line(
        "login",
        ("A", {"list": LINES.replace("line 5\n", "ours\n")}),
        ("B", {"a.py": "if x:\n    one()\n    two()\n"}),
    )
    story.advance(("M", {"list": LINES.replace("line 20\n", "theirs\n")}))
    indent = "printf 'if x:\\n    one()\\ntwo()\\n' >a.py && git commit -q -a --amend --no-edit"
    story.rebase_i("main", [("pick", "A"), ("pick", "B"), ("exec", indent)])


VERDICT = {1: auto("replay", "A′"), 2: confirm("whitespace differs", offered="login")}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_no_setting_changes_a_verdict(story: Story, settings: list[str]) -> None:
    for setting in settings:
        story.git("config", "--global", *setting.split("=", 1))
    _one_of_each(story)
    story.ends(VERDICT)


@pytest.mark.parametrize(
    "attributes",
    ["* -diff", "* binary", "* -text -merge", "* merge=union", "* diff=python", "* text eol=lf", "* merge=ours"],
)
def test_no_attribute_changes_a_verdict(story: Story, attributes: str) -> None:
    story.write(".git/info/attributes", "")
    story.git("config", "merge.ours.driver", "true")
    _one_of_each(story)
    story.write(".git/info/attributes", attributes + "\n")
    story.ends(VERDICT)


def test_an_attribute_in_the_tree_changes_no_verdict(story: Story) -> None:
    story.advance(("T", {".gitattributes": "*.lock -diff\n*.lock binary\n"}))
    story.stage("login", ("A", {"x.lock": LINES.replace("line 5\n", "ours\n")}))
    story.amend({"x.lock": LINES.replace("line 5\n", "other\n")})
    story.ends({1: confirm("content changed", offered="login")})


def test_a_text_conversion_changes_no_verdict(story: Story) -> None:
    story.git("config", "diff.blind.textconv", "echo same #")
    story.advance(("T", {".gitattributes": "* diff=blind\n"}))
    story.stage("login", "A")
    story.amend({"A.txt": "other\n"})
    story.ends({1: confirm("content changed", offered="login")})


@pytest.mark.parametrize(
    "variable",
    ["GIT_EXTERNAL_DIFF=false", "GIT_DIFF_OPTS=-u0", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C", "TZ=Asia/Kolkata"],
)
def test_no_variable_of_the_users_changes_a_verdict(
    story: Story, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    name, _, value = variable.partition("=")
    _one_of_each(story)
    monkeypatch.setenv(name, value)
    story.ends(VERDICT)
