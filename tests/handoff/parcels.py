"""Pull requests to put into words: a small group, and one made by somebody who means harm."""

from dataclasses import replace

from okstra_git.handoff.wording import PullRequestFacts, StagePart
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


TABLE = StagePart(
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
    summary="Sessions live in a table of their own, keyed by token.",
)
FORM = StagePart(
    number=3,
    title="Login form",
    commit=oid("c"),
    tree=oid("d"),
    depends_on=(2,),
    files=tuple(f"web/login/{name}.html" for name in "abcdefghij"),
    commits=1,
    verification=verification("1", "d"),
    carried=False,
)
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
CARRIED = replace(FORM, number=4, verification=verification("1", "2"), carried=True)
ALTERED = replace(FORM, number=5, verification=verification("1", "2", database=False))
UNVERIFIED = replace(FORM, number=6, verification=None, files=(), title="", summary="")
COPIED = (
    replace(TABLE, is_there=False, as_verified=True),
    replace(FORM, is_there=False, upto=oid("8")),
    replace(CARRIED, is_there=False),
    replace(ALTERED, is_there=False),
)
