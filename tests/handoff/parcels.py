"""Pull requests to put into words: a small group, and one made by somebody who means harm."""

from dataclasses import replace

from okstra_git.handoff.group_status import Leaving
from okstra_git.handoff.pull_request_body import PullRequestFacts, StageSection
from okstra_git.records.stage import Check, Verification


def oid(letter: str) -> str:
    return letter * 40


def verification(commit: str, tree: str, *checks: Check, database: bool | None = None) -> Verification:
    return Verification(
        commit=oid(commit),
        tree=oid(tree),
        report=".okstra/tasks/shop/web/login/runs/final-verification/reports/final-report-final-verification-002.md",
        report_blob=oid("e"),
        checks=checks or (Check(command="make test", exit_code=0),),
        database=database,
    )


def replace_again(found: Verification | None) -> Verification | None:
    """The verification as it is recorded with a report that was recorded for another tree before."""
    return found.model_copy(update={"again": oid("7")}) if found is not None else None


def leaving(part: StageSection, how: str, tree: str = "0", *differs: str) -> StageSection:
    """The part as it leaves on a branch with this tree."""
    found = Leaving(part.number, part.commit, oid(tree), how, part.verification, differs)
    return replace(part, leaving=found)


NOTHING = Leaving(0, "", "", "as-is", None, None)
TABLE = StageSection(
    number=2,
    title="Session table",
    commit=oid("a"),
    tree=oid("b"),
    depends_on=(),
    files=("db/001_sessions.sql", "shop/sessions.py"),
    commits=3,
    verification=verification(
        "a",
        "b",
        Check(command="make test", exit_code=0),
        Check(command="make lint | tee log", exit_code=2),
        database=True,
    ),
    carried=False,
    leaving=NOTHING,
    summary="Sessions live in a table of their own, keyed by token.",
)
FORM = StageSection(
    number=3,
    title="Login form",
    commit=oid("c"),
    tree=oid("d"),
    depends_on=(2,),
    files=tuple(f"web/login/{name}.html" for name in "abcdefghij"),
    commits=1,
    verification=verification("1", "d"),
    carried=False,
    leaving=NOTHING,
)
TABLE, FORM = leaving(TABLE, "as-is", "b"), leaving(FORM, "merged")
SMALL = PullRequestFacts(
    key="shop:web:login",
    title="Let customers log in",
    tickets=("SHOP-12", "#34"),
    category="feature",
    group="2-3",
    base="main",
    branch="feature/web/login-group-2-3",
    commit=oid("f"),
    stages=(TABLE, FORM),
    others=((1, "Schema tool", "landed"), (4, "Log out", "started")),
    plan_path=".okstra/tasks/shop/web/login/runs/implementation-planning/reports/final-report-implementation-planning-001.md",
    plan_blob=oid("9"),
    usage=(("implementation", "opus", 1_204_118, 38_411, 9.5), ("codex", "default", 52_000, 3_100, None)),
)
CARRIED = leaving(replace(FORM, number=4, verification=verification("1", "2"), carried=True), "merged")
ALTERED = leaving(
    replace(FORM, number=5, verification=verification("1", "2", database=False)), "as-is", "d", "web/login/a.html"
)
UNVERIFIED = leaving(replace(FORM, number=6, verification=None, files=(), title="", summary=""), "merged")
COPIED = (
    leaving(TABLE, "replayed", "b"),
    leaving(replace(FORM, upto=oid("8")), "squashed", "0", *(f"web/login/{name}.html" for name in "abcde")),
    leaving(CARRIED, "copied"),
    leaving(ALTERED, "replayed", "0", "web/login/a.html"),
    leaving(replace(FORM, verification=replace_again(FORM.verification)), "merged"),
)
