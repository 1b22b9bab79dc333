"""`validate run`: all that is wrong with what a run left, together, and the rules that said so."""

import pytest

from tests.kit.prepared import code_of, prepare, set_up
from tests.kit.scenario import World


@pytest.fixture
def shop(world: World) -> World:
    return set_up(world, {1: ()})


def test_a_run_without_report_fails_and_says_what_to_do(shop: World) -> None:
    run = prepare(shop, task_type="error-analysis").json["run"]
    answer = shop.okstra("validate", "run", "--json", exit=1).json
    assert (answer["ok"], answer["run"], answer["error"]["code"]) == (False, run, "validation.failed")
    assert [each["rule"] for each in answer["failures"]] == ["report.data-missing", "report.missing"]
    assert all(each["remedy"] for each in answer["failures"])
    page = shop.okstra("validate", "run", run, "--text", exit=1)
    assert "report.missing" in page.out


def test_a_task_without_runs_is_refused(shop: World) -> None:
    assert code_of(shop.okstra("validate", "run", "--json", exit=1)) == "validation.no-run"
