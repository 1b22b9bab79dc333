"""A forge for a test: a bare repository as the world's `origin`, with hooks, pull requests and a `gh` program.

forge = Forge.begin(world, tmp_path)
world.okstra("handoff", "pr", ..., env=forge.env)     # finds the stand-in for gh on PATH
forge.merge(forge.url(1), how="squash")               # what a person clicks on the forge's page
forge.cut("after")                                    # the server takes the next push and dies before it says so
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.kit.answers import Answer, run_program
from tests.kit.forge_server import State, changing, git, land, new_state, notice, read_state
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT

How = Literal["squash", "rebase", "merge"]

_GH = """\
#!{python} -S
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.kit.gh_program import main
sys.exit(main(Path({state!r}), sys.argv[1:]))
"""

_PRE_RECEIVE = """\
#!/bin/sh
if [ "$(cat forge/cut 2>/dev/null)" = before ]; then
  rm forge/cut
  kill -9 "$PPID"
fi
if [ -f forge/declined ]; then
  cat forge/declined >&2
  exit 1
fi
while read -r old new ref; do
  if grep -qxF "$ref" forge/protected 2>/dev/null; then
    echo "error: GH006: Protected branch update failed for $ref." >&2
    echo "error: Changes must be made through a pull request." >&2
    exit 1
  fi
done
"""

_REFERENCE_TRANSACTION = """\
#!/bin/sh
if [ "$1" = committed ] && [ "$(cat forge/cut 2>/dev/null)" = after ]; then
  rm forge/cut
  kill -9 "$PPID"
fi
"""

_POST_RECEIVE = """\
#!/bin/sh
[ "${{GIT_PUSH_OPTION_COUNT:-0}}" -gt 0 ] || exit 0
exec {python} -S -c 'import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.kit.forge_server import act_on_push
act_on_push(Path(sys.argv[2]))' '{root}' '{state}'
"""


@dataclass
class Forge:
    """One repository on a server: `bare` is where it lies, `state_file` what the forge knows beside it."""

    world: World
    bare: Path
    state_file: Path
    programs: Path

    @classmethod
    def begin(cls, world: World, tmp_path: Path, *, repo: str = "acme/shop", host: str = "github.example") -> "Forge":
        """Make the bare repository, give the world `origin` with main and origin/HEAD, install `gh`."""
        place = tmp_path / "forge"
        bare = place / f"{repo.rpartition('/')[2]}.git"
        bare.mkdir(parents=True)
        git(bare, "init", "-q", "--bare", "-b", "main", ".")
        git(bare, "config", "receive.advertisePushOptions", "true")
        forge = cls(world, bare, place / "forge.json", place / "bin")
        forge.state_file.write_text(json.dumps(new_state(bare, host=host, repo=repo)))
        forge._install()
        world.git("remote", "add", "origin", str(bare))
        world.git("push", "-q", "-u", "origin", "main")
        world.git("remote", "set-head", "origin", "main")
        return forge

    def _install(self) -> None:
        names = {"python": sys.executable, "root": str(ROOT), "state": str(self.state_file)}
        (self.bare / "forge").mkdir()
        self.programs.mkdir()
        hooks = self.bare / "hooks"
        hooks.mkdir(exist_ok=True)
        for path, text in (
            (self.programs / "gh", _GH.format(**names)),
            (hooks / "pre-receive", _PRE_RECEIVE),
            (hooks / "reference-transaction", _REFERENCE_TRANSACTION),
            (hooks / "post-receive", _POST_RECEIVE.format(**names)),
        ):
            path.write_text(text)
            path.chmod(0o755)

    # --- looking

    @property
    def env(self) -> dict[str, str]:
        """What a command needs in its environment to find this forge's `gh`."""
        return {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"}

    @property
    def program(self) -> Path:
        """The stand-in for gh."""
        return self.programs / "gh"

    def git(self, *arguments: str) -> str:
        """Plain git in the bare repository, without its hooks."""
        return git(self.bare, *arguments)

    def tip(self, branch: str) -> str | None:
        """The commit a branch of the server is at, or None."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") or None

    def pull_requests(self) -> list[State]:
        """All pull requests as they are now, the oldest first."""
        with changing(self.state_file) as state:
            notice(state)
        return list(state["pull_requests"])

    def url(self, number: int) -> str:
        """The address of a pull request, also of one that is still to come."""
        state = read_state(self.state_file)
        return f"https://{state['host']}/{state['repo']}/pull/{number}"

    def calls(self) -> list[dict[str, Any]]:
        """How `gh` was called so far: arguments, directory, and the variables that steer it."""
        return list(read_state(self.state_file)["calls"])

    # --- what people do on the forge

    def gh(self, *arguments: str, exit: int | None = 0, env: Mapping[str, str] | None = None) -> Answer:
        """Run the stand-in as a person would, in the world's worktree."""
        environ = self.world.environ({**self.env, **(env or {})})
        answer = run_program([str(self.program), *arguments], cwd=self.world.path, environ=environ)
        return answer if exit is None else answer.expect(exit)

    def merge(self, url: str, how: How = "squash") -> str:
        """Merge a pull request; the base's new commit. A conflict is an assertion with what gh said."""
        self.gh("pr", "merge", url, f"--{how}")
        return str(self._request(url)["merge_commit"])

    def close(self, url: str) -> None:
        """Close a pull request without merging it."""
        self.gh("pr", "close", url)

    def land(self, branch: str, how: How, message: str = "Landed", *, base: str = "main") -> str:
        """Bring a branch of the server into another one without a pull request; the base's new commit."""
        return land(self.bare, f"refs/heads/{branch}", base, how, message)

    def delete(self, branch: str) -> None:
        """Delete a branch on the server."""
        self.git("update-ref", "-d", f"refs/heads/{branch}")

    def _request(self, url: str) -> State:
        return next(found for found in self.pull_requests() if found["url"] == url)

    # --- what goes wrong

    def switch(self, **switches: Any) -> None:
        """Set how `gh` fares: logged_in, network (True or False), slow (seconds).

        `crash` says what befalls `pr create`: `before` anything is made it is killed, or once the pull request is made
        it is killed (`kill`), breaks off with a network error (`exit`) or without a word (`silent`), or hangs (`hang`).
        """
        with changing(self.state_file) as state:
            assert switches.keys() <= state.keys(), switches
            state.update(switches)

    def protect(self, branch: str) -> None:
        """From now on the branch takes no push."""
        with (self.bare / "forge/protected").open("a") as protected:
            protected.write(f"refs/heads/{branch}\n")

    def decline(self, reason: str | None) -> None:
        """From now on a hook of the server refuses every push with these lines; None takes it back."""
        declined = self.bare / "forge/declined"
        declined.write_text(f"{reason}\n") if reason is not None else declined.unlink()

    def cut(self, when: Literal["before", "after"]) -> None:
        """The server dies in the next push, before or after the branch has moved; in both cases without an answer."""
        (self.bare / "forge/cut").write_text(when)

    def vanish(self) -> None:
        """The repository is not there any more."""
        self.bare.rename(self.bare.with_suffix(".gone"))

    def return_(self) -> None:
        """It is there again."""
        self.bare.with_suffix(".gone").rename(self.bare)
