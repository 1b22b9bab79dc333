"""`validate run --replay` on a real repository: what a report claims is run again, and only what the user allows."""

from tests.kit.scenario import World
from tests.validation.claims import run_with

FALSE = "sh check.sh"


def allow(world: World, *lines: str) -> None:
    for line in lines:
        world.git("config", "--add", "okstra.replayCommands", line)


def commands_of(answer) -> list[tuple[str, int | None, bool]]:
    return [(row["command"], row["exit_code"], row["held"]) for row in answer.json["replay"]["commands"]]


def test_a_claim_that_tests_pass_which_is_false_is_caught(world: World) -> None:
    run = run_with(world, "echo 2 failed; exit 1\n", (FALSE, 0))
    allow(world, FALSE)
    answer = world.okstra("validate", "run", run, "--replay", "--json", exit=1)
    print(answer.out[:3000])
    assert (FALSE, 1, False) in commands_of(answer)
