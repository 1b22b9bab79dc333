"""Off a terminal every refusal of a command about runs has one form, at whatever step it arises."""

import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Ask, only_object
from tests.kit.answers import Answer
from tests.kit.prepared import KEY, prepare, set_up
from tests.kit.scenario import World

BUNDLE = f"render-bundle --task-key {KEY} --task-type"
PREPARE = f"run prepare --task-key {KEY} --task-type"

TEXT = [
    # the line cannot be read at all
    ("render-bundle -C", "usage"),
    ("-C . run prepare --nope", "usage"),
    ("run resume", "usage"),
    ("run resume RUN --holder", "usage"),
    ("-C nowhere run prepare --task-type error-analysis", "directory.missing"),
    # words of the request
    (f"run prepare --task-key {KEY}", "usage"),
    ("run prepare --task-key !!! --task-type implementation", "name.bad"),
    (f"{BUNDLE} bogus", "task-type.unknown"),
    (f"{PREPARE} implementation --workers copilot", "worker.unknown"),
    (f"{PREPARE} implementation --executor-model ~x", "model.bad"),
    (f"{PREPARE} implementation --stage none", "name.bad"),
    (f"{PREPARE} implementation --qa-waiver nothing", "waiver.malformed"),
    (f"{PREPARE} error-analysis --stage 1", "usage.phase"),
    (f"{PREPARE} error-analysis --directive x --directive-file y", "usage"),
    (f"{PREPARE} error-analysis --directive-file nowhere", "file.missing"),
    (f"{PREPARE} implementation --holder 999999999", "run.no-such-process"),
    (f"run prepare --task-key {KEY} --resume-clarification", "report.missing"),
    # what the request finds
    ("run prepare --task-key shop:web:other --task-type error-analysis", "task.unknown"),
    (f"{PREPARE} error-analysis --brief-path nowhere", "brief.missing"),
    (f"{PREPARE} implementation --base-ref nowhere", "ref.unresolvable"),
    (f"{BUNDLE} implementation --qa-waiver login-stage-8:why", "waiver.unknown-stage"),
    # the claim
    (f"{BUNDLE} implementation --stage 9", "stage.unknown-in-plan"),
    (f"{PREPARE} implementation --stage 1", "stage.occupied"),
    (f"{PREPARE} implementation --stage 2", "stage.waits"),
    ("run resume ZZZZ", "run.unknown"),
    ("run resume RUN", "run.holder-lives"),
    ("run resume RUN --force --holder 999999999", "run.no-such-process"),
]
JSON = [
    ("run finish", "usage"),
    ("run finish RUN --outcome grand", "usage"),
    ("run finish RUN --next-phase bogus", "task-type.unknown"),
    ("run finish RUN --report nowhere", "report.missing"),
    ("run finish ZZZZ", "run.unknown"),
    ("run finish RUN", "run.not-holder"),
    ("run finish RUN --nonce old", "run.stale-nonce"),
    ("run abandon --nope", "usage"),
    ("run abandon ZZZZ", "run.unknown"),
    ("run abandon RUN", "run.holder-lives"),
    ("run resume --explain --task-key a:b:c", "task.unknown"),
    ("run resume --explain --nope", "usage"),
]


@pytest.fixture
def lead() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def shop(world: World, lead: "subprocess.Popen[bytes]") -> World:
    """Stage 1 is led by somebody who lives; stage 2 builds on it."""
    set_up(world, {1: (), 2: (1,)})
    world.labels["run"] = prepare(world, "--stage", "1", "--holder", str(lead.pid)).json["run"]
    return world


def ask(world: World, line: str, *more: str) -> Answer:
    """The line, RUN standing for the run that another process leads; it has to be refused."""
    words = [world.labels["run"] if word == "RUN" else word for word in line.split()]
    answer = world.okstra(*words, *more, exit=None)
    assert answer.exit in (1, 2, 129), answer
    return answer


def told_in_text(answer: Answer) -> str:
    """The code of a refusal in text: a sentence, its code, then hints, all on stderr."""
    assert answer.out == ""
    lines = [line for line in answer.err.splitlines() if not line.startswith("okstra: warning:")]
    assert lines[0].startswith("okstra: "), answer
    assert lines[1].startswith("code: "), answer
    assert all(line.startswith("hint: ") for line in lines[2:]), answer
    return lines[1].removeprefix("code: ")


def told_in_json(answer: Answer) -> object:
    error = only_object(answer)["error"]
    assert isinstance(error, dict)
    assert "hint:" not in answer.err
    return error["code"]


@pytest.mark.parametrize(("line", "code"), TEXT)
def test_what_a_lead_starts_from_is_refused_in_text_with_a_code(shop: World, line: str, code: str) -> None:
    assert told_in_text(ask(shop, line)) == code


@pytest.mark.parametrize(("line", "code"), JSON)
def test_what_ends_or_explains_a_run_is_refused_in_json(shop: World, line: str, code: str) -> None:
    assert told_in_json(ask(shop, line)) == code


@pytest.mark.parametrize("line", [line for line, _ in TEXT + JSON if not line.endswith((" -C", "--holder"))])
def test_asked_for_the_other_form_every_refusal_has_it(shop: World, line: str) -> None:
    codes = dict(TEXT + JSON)
    assert told_in_json(ask(shop, line, "--json")) == codes[line]
    if "--explain" not in line:
        assert told_in_text(ask(shop, line, "--text")) == codes[line]


def test_a_place_that_is_no_repository_is_refused_in_the_same_form(world: World) -> None:
    world.labels["run"] = "ZZZZ"
    shutil.rmtree(world.path / ".git")
    for line in (f"{BUNDLE} error-analysis", "run resume RUN"):
        assert told_in_text(ask(world, line)) == "repo.none"
    assert told_in_json(ask(world, "run abandon RUN")) == "repo.none"


@pytest.mark.usefixtures("shop")
def test_on_a_terminal_no_code_is_shown(on_terminal: Ask) -> None:
    for line in (f"{PREPARE} bogus", "run resume ZZZZ", "run finish ZZZZ"):
        told = on_terminal(*line.split())
        assert "hint: " in told.err
        assert "code:" not in told.err


def test_a_resume_prints_labels_and_prompt_as_a_prepare_does(shop: World, lead: "subprocess.Popen[bytes]") -> None:
    lead.kill()
    lead.wait()
    answer = shop.okstra("run", "resume", shop.labels["run"])
    labels, _, prompt = answer.out.partition("\n\n")
    assert labels.splitlines()[0].startswith("okstra task root: /")
    assert labels.splitlines()[1].startswith("okstra instruction-set: /")
    assert prompt.startswith("# implementation of shop:web:login, stage 1: lead prompt\n")
    assert json.loads(shop.okstra("run", "resume", shop.labels["run"], "--json").out)["prompt"] == prompt
