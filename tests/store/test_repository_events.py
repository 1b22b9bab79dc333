"""Events that belong to no task: kept beside those of tasks, put back with them, and read of whatever others wrote."""

from typing import Any

import pytest

from okstra_git.git.objects import find_blob, read_blob, tree_of
from okstra_git.git.refs import find_ref
from okstra_git.git.repo import open_repository
from okstra_git.records.repository_events import ChangeApproved
from okstra_git.store import layout
from okstra_git.store.clone import ensure_writer
from okstra_git.store.repository_events import read_repository_events, standing_approvals
from tests.kit.foreign_logs import EVE, a_line, fetched, push_log
from tests.kit.ranges import recorded
from tests.kit.scenario import World


@pytest.fixture
def approved(world: World) -> World:
    """A clone with an approval by Ada, and an open task."""
    world.branch("feature")
    world.commit("A")
    world.okstra("init", "--project-id", "shop", "--no-hooks", "--offline")
    world.okstra("review", "record", "--by", "Ada")
    world.okstra("task", "open", "shop:web:login")
    return world


def reviewers(world: World) -> list[str]:
    events = read_repository_events(open_repository(world.path)).events
    return [event.fact.reviewer for event in standing_approvals(events)]


def fact(world: World, who: str, **changes: Any) -> dict[str, Any]:
    made = ChangeApproved(reviewer=who, ref="feature", range=recorded(world, "main", "feature"))
    return made.model_dump(mode="json") | changes


def own_ref(world: World) -> str:
    return layout.log_ref(ensure_writer(open_repository(world.path), milliseconds=1)[0])


def test_a_log_that_was_lost_gets_them_back_from_the_journal(approved: World) -> None:
    approved.git("update-ref", "-d", own_ref(approved))
    assert reviewers(approved) == []
    approved.okstra("fsck", "--repair", "--json")
    assert reviewers(approved) == ["Ada"]
    assert [task["key"] for task in approved.okstra("task", "list", "--json").json["tasks"]] == ["shop:web:login"]


def test_what_is_not_known_here_is_passed_over_and_carried_along(approved: World) -> None:
    git = open_repository(approved.path)
    ref = own_ref(approved)
    line = a_line(3, ref.removeprefix(layout.LOGS), fact={"type": "tree.verified", "name": "unit"})
    head = '{"okstra-log": 1, "clock": 3, "seq": 3}'
    push_log(git, ref, [line], head=head, parent=find_ref(git, ref), task="")
    approved.okstra("fsck", "--repair", "--json", exit=None)
    approved.okstra("review", "record", "--by", "Bea")
    blob = find_blob(git, tree_of(git, str(find_ref(git, ref))), layout.REPOSITORY_EVENTS)
    assert line in read_blob(git, blob or "")
    assert "Bea" in reviewers(approved)


def test_whoever_writes_in_anothers_name_or_nonsense_is_not_heard(approved: World) -> None:
    lines = [
        a_line(1, fact=fact(approved, "Eve")),
        a_line(2, own_ref(approved).removeprefix(layout.LOGS), fact=fact(approved, "forged")),
        a_line(3, fact=fact(approved, "", reviewer="n" * 2000)),
        a_line(4, fact=fact(approved, "no range", range=None)),
        a_line(5, fact=fact(approved, "odd ref", ref="-x")),
        a_line(1 << 52, fact=fact(approved, "late")),
        b'{"fact": {"type": "change.approved"}}',
        b"[" * 5000,
        b"\xff\xfe",
    ]
    push_log(open_repository(approved.path), fetched(), lines, task="")
    assert sorted(reviewers(approved)) == ["Ada", "Eve"]
    page = approved.okstra("review", "status", "feature", "--text").out
    assert "Eve" in page


def test_a_name_that_others_recorded_is_harmless_to_a_terminal(approved: World) -> None:
    odd = fact(approved, "\x1b[31mE\nve", ref="feature")
    push_log(open_repository(approved.path), fetched(), [a_line(1, fact=odd)], task="")
    page = approved.okstra("review", "status", "feature", "--text").out
    assert "\x1b" not in page
    assert "\\x1b[31mE\\nve" in page


def test_a_log_that_cannot_be_read_is_named(approved: World) -> None:
    git = open_repository(approved.path)
    git.handle.references.create(fetched(), git.handle.head.target, force=True)
    assert read_repository_events(git).unread == (fetched(),)
    assert fetched() in approved.okstra("review", "status", "--text").out
    assert EVE in approved.okstra("review", "status", "--text").out


@pytest.mark.parametrize("name", ["main", "main:README", "main^{tree}", "", "HEAD"])
def test_a_range_that_was_made_up_is_no_bug(approved: World, name: str) -> None:
    odd = approved.ask("rev-parse", name) if name else "1" * 40
    made = fact(approved, "Eve")
    other = made["range"] | {"base_tree": odd, "head_tree": odd[::-1], "delta": "f" * 32, "head": odd, "base": odd}
    lines = [a_line(1, fact=made | {"range": other}), a_line(2, fact=made | {"base": "@{-1}", "ref": "main"})]
    push_log(open_repository(approved.path), fetched(), lines, task="")
    for ref in ("feature", "main", "HEAD~1"):
        answer = approved.okstra("review", "status", ref, "--json", exit=None)
        assert answer.json["ok"] is True
        assert approved.okstra("review", "status", ref, "--text", exit=None).exit == answer.exit
