"""A board in which everything occurs, as plain values, for tests of the page and for looking at it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from okstra_git.pages.board import (
    Ahead,
    Board,
    BoardStage,
    BoardTask,
    ConflictAhead,
    Delivery,
    Happening,
    Need,
    Outcome,
    RunHolder,
)

AT = datetime(2026, 11, 21, 11, 48, tzinfo=UTC)
CLAUDE = RunHolder(
    "01A", "implementation", 3, "claude", "ada-laptop", 4711, True, "", AT - timedelta(minutes=9), "01M7Y3", True
)
CODEX = RunHolder("01B", "implementation", 4, "codex", "build-2", 99, False, "the process is gone", AT, "01N8Z4", False)

LOGIN = BoardTask(
    key="shop:web:login",
    title="Log in with a password",
    category="feature",
    tickets=("SHOP-12",),
    is_open=True,
    begun_at="c" * 40,
    stages=(
        BoardStage(1, "Hash passwords", (), "landed", "ok", commit="1" * 40, subject="Hash passwords", branch="login-1",
                   moves=2, last_proof="squash", landed_in="main"),
        BoardStage(2, "Remember users", (), "verified", "ok", commit="2" * 40, subject="Keep users", branch="login-2",
                   moves=1, last_proof="same-delta"),
        BoardStage(3, "The form", (1,), "started", branch="login-3", worktree="/home/ada/shop.login-3", worker=CLAUDE,
                   open_work="3 uncommitted files"),
        BoardStage(4, "Send a link when the password was forgotten", (2, 3), "started", branch="login-4", worker=CODEX),
        BoardStage(5, "Rate limit", (1, 2), "done", "confirm", commit="5" * 40, subject="Limit", branch="login-5",
                   reason="content changed", needs_verification=True),
        BoardStage(6, "Documentation", (3, 4, 5), "pending"),
    ),
    next_phase="implementation",
    left=("finish stages 3, 4", "begin stage 6"),
    workers=(CLAUDE, CODEX),
    outcomes=(
        Outcome("01C", "final-verification", 1, 2, "finished", ".okstra/tasks/shop/web/login/runs/final-verification/"
                "reports/final-report-final-verification-001.md", "accepted", "release-handoff", AT, 2),
        Outcome("01D", "implementation", 1, 1, "abandoned", "", "", "", AT - timedelta(days=1)),
    ),
    needs=2,
    touched=90,
)  # fmt: skip

CART = BoardTask(
    key="shop:web:cart",
    title="A cart that remembers",
    category="bugfix",
    tickets=(),
    is_open=True,
    stages=(
        BoardStage(1, "Keep a cart", (), "in-pr", "ok", commit="a" * 40, branch="cart-1"),
        BoardStage(
            2, "Show prices", (1,), "in-pr", "auto", commit="b" * 40, branch="cart-2", moves=1, last_proof="replay"
        ),
    ),
    next_phase="",
    left=("merge stages 1, 2",),
    touched=80,
)
PLANNING = BoardTask("shop:web:search", "Find things", "feature", (), True, (), "implementation-planning", touched=70)
OLD = BoardTask("shop:web:logo", "A new logo", "chore", (), False, (BoardStage(1, "Draw", (), "landed"),), touched=5)

EVERYTHING = Board(
    project="shop",
    folder="shop",
    at=AT,
    language="en",
    writer="01M7Y3TQ7X7939KVVMNX5PCDZN",
    commit="9" * 40,
    branch="main",
    needs=(
        Need("decide", "stage.stale", "stage 5: the content changed after it was recorded",
             "git okstra reconcile --task-key shop:web:login --check", task="shop:web:login", stage=5),
        Need("decide", "plan.proposed", "a plan waits for approval: plan.md",
             "git okstra plan approve plan.md --task-key shop:web:search", task="shop:web:search"),
        Need("see", "run.dead", "run 01B (implementation) is dead: the process is gone",
             "git okstra run resume 01B --explain", task="shop:web:login", stage=4),
        Need("see", "worktree.dirty", "the worktree of stage 2, which is done, has 1 uncommitted file",
             advice="commit what belongs to the stage, then git okstra stage done 2", task="shop:web:login", stage=2,
             more=3),
    ),
    tasks=(LOGIN, CART, PLANNING, OLD),
    deliveries=(
        Delivery("shop:web:cart", (1, 2), "feature/cart-group-1-2", "main", "in-pr", "https://forge.example/shop/pull/7",
                 ("main moved from 1111111111 to 2222222222",),
                 ("git okstra handoff assemble --task-key shop:web:cart --stages 1,2 --base main",)),
        Delivery("shop:web:logo", (1,), "logo", "main", "landed", "javascript:alert(1)"),
    ),
    happenings=(
        Happening(AT - timedelta(minutes=4), "stage.moved", "shop:web:login", 2, "Ada <ada@example.org>", "01M7Y3",
                  {"from": "0123456789", "commit": "2" * 10, "proof": "same-delta"}),
        Happening(AT - timedelta(hours=2), "stage.landed", "shop:web:login", 1, "Ada <ada@example.org>", "01M7Y3",
                  {"commit": "1" * 10, "target": "main", "how": "squash"}),
        Happening(AT - timedelta(hours=3), "change.approved", "", None, "Bo <bo@example.org>", "01N8Z4",
                  {"commit": "7" * 10, "subject": "Limit", "branch": "login-5", "reviewer": "Bo"}),
        Happening(AT - timedelta(days=1), "task.opened", "shop:web:search", None, "Bo", "01N8Z4",
                  {"title": "Find things", "category": "feature"}),
    ),
    ahead=Ahead(
        (ConflictAhead(("shop:web:login", 3), ("shop:web:cart", 2), (("src/form.py", "content"),)),), AT, live=6
    ),
)  # fmt: skip

UNUSED = Board("", "shop", AT, "en", None, "", "")
NO_TASK = replace(UNUSED, project="shop", writer="01M7Y3TQ7X7939KVVMNX5PCDZN")
