"""`git okstra landed`: whether branches, worktrees and commits have landed, by their content."""

from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_git.errors import refuse
from okstra_git.wording import counted

if TYPE_CHECKING:
    from okstra_cli.answers import landed as shapes
    from okstra_git.porcelain.landed import RefLanding

app = single_command()


@app.command("landed")
def landed(
    context: typer.Context,
    refs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF…]", help="A branch, tag or commit, or a worktree's path. Default: HEAD."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All branches and worktrees of this clone.")] = False,
    into: Annotated[
        str | None, typer.Option(metavar="BRANCH", help="The branch to look in. Default: okstra.target, then main.")
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what has landed, after a yes.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="With --prune: only show what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --prune: do it without asking.")] = False,
) -> Answer:
    """Say whether branches have landed: merged, rebased, or squashed, and not taken out again.

    By content, not by names: git's merged branches, and those whose commits were made anew by a rebase, a squash or a
    cherry-pick. Reads only, in any repository. Exit status 0: all have landed; 1: one has not; 2: only a part of one
    has, one was taken out again, or it cannot be said.

    With --prune the branches that have landed are listed, and removed with their worktrees after a yes. What holds
    anything that is nowhere else stays: the current branch, one with commits that its upstream does not have, a
    worktree with files that are not committed. Each line says how the branch can be made again.

    \b
    Examples:
      git okstra landed
      git okstra landed topic other-topic --into release
      git okstra landed --all
      git okstra landed --all --prune --dry-run
    """
    from okstra_cli.views import landed as view
    from okstra_git.porcelain.landed import find_landed

    if every and refs:
        raise refuse("usage", "--all and names of refs exclude each other", hint="git okstra landed --all")
    if (dry_run or yes) and not prune:
        raise refuse("usage", "--dry-run and --yes belong to --prune", hint="git okstra landed --all --prune --dry-run")
    session = Session.of(context)
    found = find_landed(session.workspace, refs or [], every=every, into=into)
    if prune:
        return _prune(session, found, into, dry_run=dry_run, yes=yes)
    facts: shapes.LandedRefs = {"refs": [view.ref_json(each) for each in found]}
    page = view.table_page if every else view.page
    return Answer(facts, lambda: page(found, session.now()), view.exit_status(found))


def _prune(session: Session, found: "list[RefLanding]", into: str | None, *, dry_run: bool, yes: bool) -> Answer:
    from okstra_cli.output import tell
    from okstra_cli.views import landed as view
    from okstra_git.porcelain.landed_prune import plan_prune, prune_landed

    planned = plan_prune(session.workspace, found, into)
    goes = sum(each.removed for each in planned)
    done = planned
    if goes and not dry_run:
        if not yes and not session.may_ask:
            message = f"{counted(goes, 'branch', 'branches')} would be removed, which is for a person to decide"
            hint = "repeat with --dry-run to see which, with --yes to do it"
            raise refuse("landed.needs-yes", message, hint=hint)
        if not yes:
            tell(session, view.pruned_page(planned, dry_run=True))
            if not session.confirms(f"Remove {counted(goes, 'branch', 'branches')}"):
                raise refuse("landed.needs-yes", "not confirmed; nothing was removed", hint="repeat to be asked again")
        done = prune_landed(session.workspace, planned, into)
    facts: shapes.PrunedRefs = {
        "refs": [view.ref_json(each) for each in found],
        "dry_run": dry_run,
        "pruned": [view.pruned_json(each) for each in done],
    }
    return Answer(facts, lambda: view.pruned_page(done, dry_run=dry_run))
