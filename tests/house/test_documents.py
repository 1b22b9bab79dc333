"""README, docs and man page name commands and options that exist, and leave none out."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from okstra_git.git.settings import SETTINGS
from okstra_git.handoff import eligibility
from okstra_git.records.codec import KNOWN_TYPES
from okstra_git.records.events import Event
from okstra_git.records.fact import Fact
from okstra_git.records.stage import RangeFingerprint
from okstra_git.wording import widen
from tests.house.documents import EVERYWHERE, command_options, false_calls, plain_man, prose_lines, visible_options
from tests.kit.answers import run_program
from tests.kit.scenario import World
from tests.kit.surroundings import ROOT, require_tool

MAN = ROOT / "docs/man/git-okstra.1"
STATE = ROOT / "docs/reference/state.md"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "hooks/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
KNOWN = command_options()


@pytest.mark.parametrize("path", [*DOCUMENTS, MAN], ids=lambda path: path.name)
def test_documents_name_commands_and_options_that_exist(path: Path) -> None:
    text = plain_man(path) if path == MAN else path.read_text()
    assert list(false_calls(text, KNOWN)) == []


def test_the_man_page_names_every_command_and_every_option() -> None:
    page = plain_man(MAN)
    assert [name for name in KNOWN if not re.search(rf"(?:^|\| ){name}\b", page, re.MULTILINE)] == []
    wanted = {option for options in visible_options().values() for option in options} | EVERYWHERE
    assert [option for option in sorted(wanted) if not re.search(rf"(?<![\w-]){option}(?![\w-])", page)] == []
    assert [setting.name for setting in SETTINGS if setting.name not in page] == []


def test_the_man_page_names_no_option_that_is_not_there() -> None:
    known = {option for options in KNOWN.values() for option in options} | EVERYWHERE | {"--notes"}
    found = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", plain_man(MAN)))
    assert sorted(found - known) == []


def test_the_man_page_is_sound_roff() -> None:
    require_tool("man")
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(MAN)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.name}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"], ids=lambda path: path.name)
def test_lines_of_documents_fit_a_hundred_columns(path: Path) -> None:
    assert [line for line in prose_lines(path.read_text()) if len(line) > 100] == []


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_path_of_the_maps_is_there(name: str) -> None:
    """Paths from the top, or a room by its name alone; a shape such as `bench_<name>.py` is none."""
    named = set(re.findall(r"`([\w./-]+(?:/|\.py|\.txt|\.toml|\.md))`", (ROOT / name).read_text()))
    assert len(named) > 20
    places = (ROOT, ROOT / "okstra_git", ROOT / "tests/stories", ROOT / "tests/kit")
    assert [path for path in sorted(named) if not any((place / path).exists() for place in places)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_is_named_is_there(path: Path) -> None:
    named = set(re.findall(r"`((?:okstra_git|okstra_cli)/[\w./-]+)`", path.read_text()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_event_type_and_field_is_described() -> None:
    text = STATE.read_text()
    assert [name for name in KNOWN_TYPES if f"`{name}`" not in text] == []
    fields = {name for kind in Fact.__subclasses__() for name in kind.model_fields} | {*RangeFingerprint.model_fields}
    assert [name for name in sorted((fields | {*Event.model_fields}) - {"type"}) if f"`{name}`" not in text] == []


def test_every_code_of_the_handoff_is_explained() -> None:
    """Reasons, obstacles, what is wrong with evidence, and refusals: a code in the code stands on the page."""
    use_cases = (
        "okstra_git/porcelain/publish.py",
        "okstra_git/porcelain/record_verified.py",
        "okstra_git/porcelain/pull_request_text.py",
    )
    files = [*(ROOT / "okstra_git/handoff").glob("*.py"), *(ROOT / name for name in use_cases)]
    files += [ROOT / "okstra_git/host/forge.py", ROOT / "okstra_git/git/pushing.py", ROOT / "okstra_git/git/remotes.py"]
    text = "\n".join(file.read_text() for file in files)
    found = {
        *re.findall(r'(?:^    code = |refuse\(\s*)"([^"]+)"', text, re.MULTILINE),
        *re.findall(r'EvidenceProblem\("([^"]+)"', text),
    }
    found |= {*re.findall(r'(?:Reason|GroupChange)\(\s*"([a-z-]+)"', text)}
    found |= {f"evidence.{code}" for code in re.findall(r'_say\("([a-z-]+)"', text)}
    found |= {value for name, value in vars(eligibility).items() if name.isupper()}
    found -= {"usage"}  # every command has it
    page = (ROOT / "docs/reference/handoff-codes.md").read_text()
    assert len(found) > 40
    assert sorted(code for code in found if f"`{code}`" not in page) == []


def test_the_commands_of_the_state_page_work_in_a_real_repository(world: World) -> None:
    _record(world)
    writer = world.ask("for-each-ref", "--format=%(refname:lstrip=3)", "refs/okstra/log")
    lines = [
        line for line in _commands("## A log", "## Notes") if line.startswith(("git log", "git show", "git for-each"))
    ]
    assert len(lines) == 5
    said = [_sh(world, line.replace("<writer>", writer)) for line in lines]
    assert all(said)
    assert all(json.loads(line)["fact"]["task"] == "shop/web/login" for line in said[-1].splitlines())


def test_the_commands_that_remove_okstra_leave_nothing_of_it(world: World) -> None:
    before = world.ask("for-each-ref"), world.ask("config", "--local", "--list")
    _record(world)
    for line in _commands("## Removing okstra", "Worktrees and branches"):
        if not line.startswith("git okstra"):
            _sh(world, line)
    assert (world.ask("for-each-ref", "refs/okstra", "refs/notes"), world.ask("config", "--local", "--list")) == (
        "",
        before[1],
    )
    assert not (world.path / ".git/okstra").exists()


def test_the_searches_of_the_state_page_find_no_commit_of_okstra(world: World) -> None:
    _record(world)
    everything, fixup = _commands("## Searching with git", "## Archives")
    assert widen("okstra: stage.started shop/web/login stage 1") in _sh(world, "git log --format=%s --all")
    assert _sh(world, f"{everything} --format=%s").split() == ["A", "base"]
    _sh(world, fixup.replace("/login", "/A") + " --allow-empty --no-verify")
    assert world.ask("log", "-1", "--format=%s") == "fixup! A"


def _record(world: World) -> None:
    world.okstra("init", "--project-id", "shop", "--no-hooks")
    world.okstra("task", "open", "shop:web:login")
    world.branch("feature/login")
    world.commit("A")
    world.okstra("stage", "done", "1", "--task-key", "shop:web:login", "--branch", "feature/login")


def _commands(begin: str, end: str) -> list[str]:
    """The lines of the state page's code blocks between two places, without their comments."""
    section = STATE.read_text().partition(begin)[2].partition(end)[0]
    blocks = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    return [line.partition("  # ")[0].strip() for block in blocks for line in block.splitlines()]


def _sh(world: World, line: str) -> str:
    return run_program(["sh", "-c", line], cwd=world.path, environ=world.environ()).expect(0).out


@pytest.mark.parametrize(
    "line",
    [
        "git okstra reconcile --appyl",
        "see `git okstra stage finish 1`",
        "git okstra sink",
        "    git okstra demo --kept x",
    ],
)
def test_a_call_that_does_not_exist_is_found(line: str) -> None:
    assert len(list(false_calls(line, KNOWN))) == 1


def test_real_calls_pass() -> None:
    text = "run `git okstra stage done 1 --task-key a:b:c` or git okstra -C x status --json\n$ git okstra git-reconcile"
    assert list(false_calls(text, KNOWN)) == []
