"""The action's steps: an approved pull request that was rebased, squashed, changed, or that cannot be compared."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_prove import LINES, edited
from tests.kit.answers import Answer, run_program
from tests.kit.composite_action import load_action, run_action
from tests.kit.github_api import REPOSITORY, TOKEN, GitHub, served
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT


@pytest.fixture
def github() -> Iterator[GitHub]:
    with served() as github:
        yield github


class Pull:
    """A pull request of two commits on a server, approved by Bea; and the runner that the action is started on."""

    def __init__(self, world: World, github: GitHub, folder: Path) -> None:
        self.world, self.github, self.folder = world, github, folder
        self.server = folder / REPOSITORY
        world.commit("file", {"a": LINES})
        world.branch("feature")
        world.commit("one", {"a": edited(10)})
        world.commit("two", {"a": edited(10, 20)})
        world.git("clone", "-q", "--bare", str(world.path), str(self.server))
        world.git("-C", str(self.server), "config", "uploadpack.allowAnySHA1InWant", "true")
        world.git("remote", "add", "origin", str(self.server))
        github.open(7, world.tip())
        github.review(7, "bea", world.tip())
        world.checkout("main")
        world.commit("upstream", {"a": edited(1)})
        world.git("push", "-q", "origin", "main")
        world.checkout("feature")

    def push(self) -> str:
        self.world.git("push", "-q", "-f", "origin", "feature")
        self.github.open(7, self.world.tip())
        return self.world.tip()

    def run(self, **inputs: str) -> tuple[Answer, str]:
        """The last step that ran, and the result that it put out."""
        environ = {**os.environ, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": self.github.url,
                   "GITHUB_SERVER_URL": f"file://{self.folder}"}  # fmt: skip
        runner = self.folder / f"runner-{len(list(self.folder.iterdir()))}"
        runner.mkdir()
        given = {"install": "false", "pull-request": "7", "token": TOKEN, **inputs}
        answers, outputs = run_action(runner, given, {"action_path": str(ROOT)}, environ)
        return answers[-1], outputs.get("result", "")

    def status(self, commit: str) -> tuple[str, str]:
        posted = self.github.statuses[commit][-1]
        assert posted["context"] == "okstra/unchanged"
        return posted["state"], posted["description"]


@pytest.fixture
def pull(world: World, github: GitHub, tmp_path: Path, bin_dir: Path) -> Pull:  # noqa: ARG001 - git-okstra on PATH
    return Pull(world, github, tmp_path)


def test_a_rebase_is_unchanged(pull: Pull) -> None:
    pull.world.git("rebase", "-q", "main")
    head = pull.push()
    assert pull.run()[1] == "same"
    assert pull.status(head) == ("success", f"nothing changed since {pull.world['two'][:10]} was approved (replay)")


def test_another_content_names_the_files(pull: Pull) -> None:
    pull.world.amend({"a": edited(10, 21), "b": "new\n"})
    head = pull.push()
    assert pull.run()[1] == "different"
    assert pull.status(head) == ("failure", f"2 files changed since {pull.world['two'][:10]} was approved: a, b")


def test_the_squash_on_the_base_is_the_approved_change(pull: Pull) -> None:
    pull.world.checkout("main")
    pull.world.git("merge", "-q", "--squash", "feature")
    pull.world.git("commit", "-q", "-m", "squash (#7)")
    pull.world.git("push", "-q", "origin", "main")
    assert pull.run(commit=pull.world.tip())[1] == "same"
    assert pull.status(pull.world.tip())[0] == "success"


def test_the_last_commit_of_a_merged_pull_request_is_not_all_of_it(pull: Pull) -> None:
    pull.world.git("checkout", "-q", "-b", "small", "feature~1")
    pull.github.reviews[7] = []
    pull.github.review(7, "bea", pull.world.tip())
    pull.world.git("reset", "-q", "--hard", "feature~2")
    pull.world.commit("nobody saw this", {"b": "new\n"})
    pull.world.git("cherry-pick", pull.world["one"])
    pull.world.git("push", "-q", "-f", "origin", "small")
    pull.github.open(7, pull.world.tip())
    pull.world.git("rebase", "-q", "main")
    pull.world.git("push", "-q", "origin", "small:main")
    assert pull.run(commit=pull.world.tip())[1] == "different"


def test_the_last_word_of_each_reviewer_counts(pull: Pull) -> None:
    approved = pull.world.tip()
    pull.world.amend({"b": "new\n"})
    head = pull.push()
    pull.github.review(7, "ada", head)
    pull.github.review(7, "ada", head, state="COMMENTED")
    assert pull.run()[1] == "same"
    pull.github.review(7, "ada", head, state="CHANGES_REQUESTED")
    assert pull.run()[1] == "different"
    pull.github.review(7, "bea", approved, state="DISMISSED")
    assert pull.run()[1] == "none"
    assert pull.status(head) == ("pending", "nobody has approved this pull request")


def test_reviews_are_read_to_their_end(pull: Pull) -> None:
    pull.github.reviews[7] = []
    for _ in range(130):
        pull.github.review(7, "bot", pull.world.tip(), state="COMMENTED")
    pull.github.review(7, "bea", pull.world.tip())
    assert pull.run()[1] == "same"


def test_an_approved_commit_that_is_gone_is_no_answer(pull: Pull) -> None:
    pull.github.review(7, "bea", "1" * 40)
    assert pull.run()[1] == "unsure"
    assert pull.status(pull.world.tip())[0] == "error"


@pytest.mark.parametrize(
    "inputs",
    [{"pull-request": "7; touch x"}, {"commit": "$(touch x)"}, {"pull-request": ""}, {"token": "wrong"}],
    ids=str,
)
def test_odd_input_and_refusals_post_nothing(pull: Pull, inputs: dict[str, str]) -> None:
    answer, result = pull.run(**inputs)
    assert (answer.exit, result, pull.github.statuses) == (1, "", {})
    assert answer.err.startswith("::error::")


@pytest.mark.parametrize("base", ["-x", "a b", "", "$(touch x)\n"], ids=ascii)
def test_a_forge_that_names_an_odd_branch_is_not_believed(pull: Pull, base: str) -> None:
    pull.github.open(7, pull.world.tip(), base)
    assert pull.run()[0].exit == 1


def test_nothing_from_outside_is_part_of_a_command() -> None:
    action = load_action()
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert "uses" not in step, "nothing comes from the network but okstra and what it needs"


PYTHON = """\
#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "$@" > %s\\n' "$ASKED" > "$3/bin/python"
printf '#!/bin/sh\\necho okstra\\n' > "$3/bin/git-okstra"
chmod +x "$3/bin/python" "$3/bin/git-okstra"
"""


def test_okstra_is_installed_from_the_commit_of_the_action_and_alone_on_path(tmp_path: Path) -> None:
    (tmp_path / "stand-ins").mkdir()
    python = tmp_path / "stand-ins" / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "ASKED": str(tmp_path / "asked"), "GITHUB_PATH": str(tmp_path / "path"),
               "RUNNER_TEMP": str(tmp_path), "OKSTRA_INSTALL": "true", "OKSTRA_SOURCE": "/the action"}  # fmt: skip
    run_program(["bash", str(ROOT / "action/install.sh")], cwd=tmp_path, environ=environ).expect(0)
    assert (tmp_path / "asked").read_text().endswith("pip install --quiet --disable-pip-version-check /the action\n")
    added = Path((tmp_path / "path").read_text().rstrip("\n"))
    assert [each.name for each in added.iterdir()] == ["git-okstra"]
    assert run_program([str(added / "git-okstra")], cwd=tmp_path, environ=environ).out == "okstra\n"
