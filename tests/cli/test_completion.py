"""`git okstra completion`: what TAB offers in bash, zsh and fish, in real shells."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from okstra_git.runs.holder import lead_holder
from tests.cli.runs import approve_plan, prepare
from tests.cli.shop import KEY, TASK, open_shop, record_stage
from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.surroundings import program_dir, require_tool

GITS_OWN = Path("/usr/share/bash-completion/completions/git")


def offered(world: World, line: str, shell: str = "zsh") -> list[str]:
    """The words offered behind a line, of which the last word, perhaps empty, is being typed."""
    page = listed(world, line.split(" "), shell)
    assert page[:1] in ([], ["words"]), page
    return [row.partition("\t")[0] for row in page[1:]]


def listed(world: World, words: Sequence[str], shell: str = "zsh") -> list[str]:
    answer = world.okstra("completion", "--list", shell, str(len(words) - 1), *words)
    assert answer.err == ""
    return answer.out.splitlines()


@pytest.fixture
def shop(world: World) -> World:
    open_shop(world)
    world.okstra("task", "open", "shop:web:logout", "--title", "Log out")
    return world


def test_commands_are_offered_level_by_level(world: World) -> None:
    assert offered(world, "git okstra st") == ["status", "stage"]
    assert offered(world, "git okstra stage ") == ["start", "done", "list", "show", "release"]
    assert offered(world, "git okstra help stage d") == ["done"]
    assert offered(world, "okstra schema st") == ["status", "stage"]
    assert offered(world, "okstra schema --json stage re") == ["release"]
    assert offered(world, "okstra schema status ") == []
    assert offered(world, "git stash ") == []
    assert offered(world, "okstra no-such-command x ") == []


def test_options_are_offered_until_they_are_used(world: World) -> None:
    assert offered(world, "okstra stage done 1 --c") == ["--commit", "--carry"]
    assert offered(world, "okstra stage done 1 --commit main --c") == ["--carry"]
    assert "--no-hooks" in offered(world, "okstra --json init ")
    assert offered(world, "okstra task open x --ticket A --ti") == ["--title", "--ticket"]
    assert offered(world, "okstra --js") == ["--json"]


def test_tasks_are_offered_by_their_keys_or_the_ends_of_them(shop: World) -> None:
    assert offered(shop, "okstra task show ") == [KEY, "shop:web:logout"]
    assert offered(shop, "okstra status --task-key=shop:web:logo") == ["--task-key=shop:web:logout"]
    assert offered(shop, "okstra status --task-key logo") == ["logout"]
    shop.okstra("task", "close", "shop:web:logout")
    assert offered(shop, "okstra task show ") == [KEY]
    assert offered(shop, "okstra task show logou") == ["logout"]


def test_stages_are_those_of_the_task_that_is_meant(shop: World) -> None:
    record_stage(shop, 1, "feature/login")
    shop.checkout("main")
    approve_plan(shop, (1, ()), (2, (1,)))
    assert offered(shop, f"okstra stage start --task-key {KEY} ") == ["1", "2"]
    assert offered(shop, "okstra stage start --task-key logout ") == []
    assert offered(shop, "okstra reconcile --apply --stage ") == ["1", "2"]
    assert offered(shop, "okstra handoff assemble --stages 1,") == ["1,2"]
    assert offered(shop, "okstra run prepare --stage a") == ["auto"]
    shop.okstra("stage", "start", "1", "--task-key", "logout", "--base", "main", "--branch", "out", "--no-worktree")
    shop.checkout("out")
    assert offered(shop, "okstra stage done ") == ["1"]
    assert listed(shop, ["okstra", "stage", "done", ""])[1].partition("\t")[2] == "started"


def test_open_runs_are_offered_where_a_run_goes_on(shop: World) -> None:
    approve_plan(shop, (1, ()))
    prepare(shop, lead_holder())
    (run,) = offered(shop, "okstra run resume ")
    assert run == shop.okstra("run", "list", *TASK).json["runs"][0]["id"]
    shop.okstra("run", "abandon", run, "--force")
    assert offered(shop, "okstra run resume ") == []
    assert offered(shop, "okstra run show ") == [run]


def test_values_are_offered_by_their_kind(shop: World) -> None:
    shop.branch("feature/x")
    assert offered(shop, "okstra stage start 1 --base fe") == ["feature/x"]
    assert offered(shop, "okstra wizard run --lang ") == ["en", "ko"]
    assert offered(shop, "okstra config get okstra.l") == ["okstra.leaseHours", "okstra.language"]
    assert offered(shop, "okstra task open x --title ") == []
    assert listed(shop, ["okstra", "plan", "check", ""]) == ["files"]
    assert listed(shop, ["okstra", "-C", ""]) == ["directories"]
    assert listed(shop, ["okstra", "demo", "--keep", ""]) == ["directories"]


def test_another_repository_is_asked_where_the_line_says_so(shop: World, tmp_path: Path) -> None:
    elsewhere = World.begin(tmp_path / "elsewhere")
    assert offered(elsewhere, "okstra task show ") == []
    assert offered(elsewhere, f"git -C {shop.path} okstra task show ") == [KEY, "shop:web:logout"]
    assert offered(elsewhere, f"git okstra -C {shop.path} task show ") == [KEY, "shop:web:logout"]
    shop.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert offered(elsewhere, f"okstra -C {tmp_path}/linked task show login") == ["login"]
    (shop.path / "deep").mkdir()
    assert offered(elsewhere, f"okstra -C {shop.path}/deep task show login") == ["login"]


@pytest.mark.parametrize("name", ["a\u202eb", "two\u00a0words", "a$(id)", "a;b", "a'b", "-force", "\u3164"])
def test_no_name_is_offered_that_could_not_be_typed_as_it_stands(shop: World, name: str) -> None:
    shop.git("update-ref", f"refs/heads/{name}", "HEAD")
    assert offered(shop, "okstra stage start 1 --base ") == ["main"]


@pytest.mark.parametrize(
    "data", [b"", b"\n\n{", b"x\n{}\n[]", b"x\n{}\n" + b'{"tasks": {"a": 3}}', b"\xff\n\xff\n\xff"]
)
def test_a_damaged_fold_offers_nothing_and_fails_nothing(shop: World, data: bytes) -> None:
    (shop.path / ".git/okstra/cache/fold").write_bytes(data)
    assert offered(shop, "okstra task show ") == []


@pytest.mark.parametrize("words", [[], ["x"], ["zsh", "9", "okstra", ""], ["zsh", "-3", "okstra"], ["zsh", "0"]])
def test_an_odd_call_is_answered_with_nothing(world: World, words: list[str]) -> None:
    answer = world.okstra("completion", "--list", *words)
    assert (answer.exit, answer.err) == (0, "")
    assert "error" not in answer.out


def test_an_unknown_shell_is_refused(world: World) -> None:
    error = world.okstra("completion", "bsh", exit=129).json["error"]
    assert (error["code"], error["hint"]) == ("usage", "name one of bash, zsh, fish")


def shell(world: World, *command: str) -> str:
    path = f"{program_dir()}{os.pathsep}{os.environ['PATH']}"
    return run_program(command, cwd=world.path, environ=world.environ({"PATH": path})).expect(0).out


BASH = """
{source}
eval "$(git-okstra completion bash)"
COMP_WORDS=({words}) COMP_LINE='{line}' COMP_POINT={point}
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
compopt() {{ :; }}
{function}
printf '<%s>' "${{COMPREPLY[@]}}"
"""


def bash(world: World, line: str, words: str, function: str = "_okstra_complete", source: str = "") -> str:
    script = BASH.format(source=source, words=words, line=line, point=len(line), function=function)
    return shell(world, str(require_tool("bash")), "--norc", "-c", script)


def test_bash_breaks_words_at_colons_and_is_given_the_rest(shop: World) -> None:
    assert bash(shop, "git-okstra task show shop:web:logo", "git-okstra task show shop : web : logo") == "<logout >"
    assert bash(shop, "okstra stage done --task-key=shop:", "okstra stage done --task-key = shop :") == (
        "<web:login ><web:logout >"
    )
    assert bash(shop, "okstra init --of", "okstra init --of") == "<--offline >"
    assert "-F _okstra_complete okstra" in shell(
        shop, "bash", "--norc", "-c", 'eval "$(git-okstra completion bash)"; complete -p okstra'
    )


@pytest.mark.skipif(not GITS_OWN.exists(), reason="git's own completion is not installed here")
def test_gits_own_completion_in_bash_asks_for_ours(shop: World) -> None:
    line, words = "git okstra task show shop:web:logo", "git okstra task show shop : web : logo"
    assert bash(shop, line, words, "__git_wrap__git_main", f". {GITS_OWN}") == "<logout >"


ZSH = """
compdef() { print -r "compdef $*" }
eval "$(git-okstra completion zsh)"
_describe() { print -rl "${(@)candidates}" }
words=(git okstra task show logo) CURRENT=5
_git-okstra
_files() { print files "$*" }
compset() { : }
words=(okstra plan check '') CURRENT=4
_git-okstra
"""


def test_zsh_is_told_words_with_their_meaning(shop: World) -> None:
    assert shell(shop, str(require_tool("zsh")), "-f", "-c", ZSH).splitlines() == [
        "compdef _git-okstra git-okstra okstra",
        "logout:Log out",
        "files ",
    ]


def test_fish_completes_the_three_spellings(shop: World) -> None:
    source = "git-okstra completion fish | source; "
    for program in ("git-okstra", "okstra", "git okstra"):
        line = f"{source} complete -C '{program} task show logo'"
        out = shell(shop, str(require_tool("fish")), "--no-config", "-c", line)
        assert "logout\tLog out" in out.splitlines(), program
    shop.write("plan.md", "x\n")
    out = shell(shop, "fish", "--no-config", "-c", f"{source} complete -C 'okstra stage done --from-file=pl'")
    assert out.strip() == "--from-file=plan.md"
