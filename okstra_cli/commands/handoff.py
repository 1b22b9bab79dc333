"""`git okstra handoff`: turns verified stages into pull requests."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import command_group
from okstra_cli.output import Answer
from okstra_cli.session import Session
from okstra_cli.task_flags import names_a_task
from okstra_git.errors import refuse
from okstra_git.porcelain.task_lookup import Identity

if TYPE_CHECKING:
    from okstra_cli.answers import handoff as shapes
    from okstra_git.porcelain.publish import PublishPlan

app = command_group("Turn verified stages into pull requests: what may leave, assembled, published, recorded.")

Stages = Annotated[str, typer.Option("--stages", metavar="2,3", help="The stages, in any order.")]
DryRun = Annotated[bool, typer.Option("--dry-run", "-n", help="Only show what would be done.")]


@app.command("record-verified")
@names_a_task
def record_verified(
    context: typer.Context,
    identity: Identity,
    report_path: Annotated[str, typer.Option(metavar="FILE", help="The final-verification report.")],
    data_json: Annotated[str, typer.Option(metavar="FILE", help="The data.json it was made from.")],
    stage: Annotated[
        str | None, typer.Option(metavar="N", help="The stage that was verified. Without it: the whole task.")
    ] = None,
    commit: Annotated[
        str | None,
        typer.Option(metavar="REF", help="What was verified. Default: what is checked out where it was verified."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Take a report that was recorded for another tree before; recorded so.")
    ] = False,
) -> Answer:
    """Bind an accepted verification to the commit and the tree that were verified: of one stage, or of the whole task.

    Refused unless the data says final-verification, single-stage, this stage and accepted, the report agrees, and
    what was verified has the tree of the recorded commit, and unless report and data are new: those that were
    recorded for another tree before need --again. A rewrite that keeps the tree keeps the verification.

    Without --stage the data say whole-task, and what was verified is what was put together for their run. Its stages
    leave together then.

    \b
    Examples:
      git okstra handoff record-verified --stage 2 --report-path report.md --data-json data.json
      git okstra handoff record-verified --report-path report.md --data-json data.json
    """
    from okstra_cli.views import verification as view
    from okstra_git.git.revisions import printed_recorded
    from okstra_git.names import parse_stage
    from okstra_git.porcelain.handoff import handoff_key
    from okstra_git.porcelain.record_verified import verify_stage, verify_task

    session = Session.of(context)
    workspace, key = session.workspace, handoff_key(session.workspace, identity)
    if stage is not None:
        verified = verify_stage(
            workspace, key, parse_stage(stage), report=report_path, data=data_json, commit=commit, again=again
        )
        return Answer(view.stage_verified_json(verified), lambda: view.stage_verified_page(verified))
    verified_task = verify_task(workspace, key, report=report_path, data=data_json, commit=commit, again=again)
    base = printed_recorded(session.git, verified_task.verification.assembled.base_ref)
    return Answer(view.task_verified_json(verified_task), lambda: view.task_verified_page(verified_task, base=base))


@app.command("eligible")
@names_a_task
def eligible(
    context: typer.Context,
    identity: Identity,
    base: Annotated[
        str | None,
        typer.Option(metavar="BRANCH", help="Where they are to go. Default: the branch that each was begun on."),
    ] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast/--no-forecast", help="Do not group stages that would conflict.")
    ] = True,
) -> Answer:
    """Show for every stage whether it may leave, every reason why not, and which can leave together.

    A stage may leave when it is done, verified as it is now, in no open pull request, and when everything it
    builds on has left or may leave with it. One that landed elsewhere may leave for a base that lacks it.
    """
    from okstra_cli.views import handoff as view
    from okstra_git.git.revisions import printed_recorded
    from okstra_git.porcelain.handoff import handoff_key, list_eligible

    session = Session.of(context)
    key = handoff_key(session.workspace, identity)
    stages = list_eligible(session.workspace, key, base=base, forecast=forecast)
    printed = partial(printed_recorded, session.git)
    return Answer(view.eligible_json(stages), lambda: view.eligible_page(stages, printed=printed))


@app.command("assemble")
@names_a_task
def assemble(
    context: typer.Context,
    identity: Identity,
    stages: Stages,
    base: Annotated[str, typer.Option(metavar="BRANCH", help="Where the pull request is meant to go.")],
    branch: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its branch. Default: <category>/<group>/<task>-group-<id>.")
    ] = None,
    no_worktree: Annotated[bool, typer.Option("--no-worktree", help="Make the branch alone.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="Add what changed to the group's open pull request, without force.")
    ] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Merge stages onto a base and give the result a branch and a worktree of its own.

    The merge happens in memory. When stages contradict each other nothing is made, exit status 2, and the answer
    lists the stages, paths and kinds. Assembling again follows a base or a stage that moved.

    \b
    Examples:
      git okstra handoff assemble --task-key shop:web:login --stages 2,3 --base main
      git okstra handoff assemble --task-key shop:web:login --stages 4 --base feature/web/login-group-2-3
    """
    from okstra_cli.views import handoff as view
    from okstra_git.handoff.assembly import GroupConflict
    from okstra_git.porcelain import handoff

    session = Session.of(context)
    key = handoff.handoff_key(session.workspace, identity)
    try:
        done = handoff.assemble(
            session.workspace,
            key,
            handoff.parse_stages(stages),
            base=base,
            branch=branch,
            with_worktree=not no_worktree,
            update=update,
            dry_run=dry_run,
        )
    except GroupConflict as refusal:
        conflict = refusal
        return Answer(view.conflict_json(conflict), lambda: view.conflict_page(conflict), error=conflict)
    return Answer(view.assembled_json(done, dry_run=dry_run), lambda: view.assembled_page(key, done, dry_run=dry_run))


@app.command("publish")
@names_a_task
def publish(
    context: typer.Context,
    identity: Identity,
    stages: Annotated[str | None, typer.Option("--stages", metavar="2,3", help="The group's stages.")] = None,
    group: Annotated[
        str | None, typer.Option(metavar="ID", help="The group. Default: the only one that is waiting.")
    ] = None,
    remote: Annotated[str | None, typer.Option(metavar="NAME", help="Where to push. Default: as git would.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the pull request.")] = None,
    body_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Its body, instead of the rendered one.")
    ] = None,
    pr_template: Annotated[
        str | None, typer.Option("--pr-template", "--pr-template-path", metavar="FILE", help="Template for the body.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Open it as a draft.")] = False,
    push_only: Annotated[bool, typer.Option("--push-only", help="Push, but do not open a pull request.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the branch on the remote where it is what this group was before.")
    ] = False,
    run_hooks: Annotated[bool, typer.Option("--run-hooks", help="Let the repository's pre-push hook run.")] = False,
    repo: Annotated[str | None, typer.Option(metavar="OWNER/NAME", help="The repository, as gh names it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
    dry_run: DryRun = False,
) -> Answer:
    """Push an assembled group, open its pull request with gh, and record it.

    Everything that is in the way is reported first, all together. Asks on a terminal, elsewhere needs --yes.
    Without gh the branch is pushed and the remaining steps are printed. Each step may be repeated.

    \b
    Examples:
      git okstra handoff publish --task-key shop:web:login --stages 2,3 --dry-run
      git okstra handoff publish --task-key shop:web:login --stages 2,3 --yes
    """
    from okstra_cli.views import handoff as view
    from okstra_git.porcelain.handoff import handoff_key, parse_stages
    from okstra_git.porcelain.publish import PublishRequest
    from okstra_git.porcelain.publish import publish as publish_group

    session = Session.of(context)
    request = PublishRequest(
        key=handoff_key(session.workspace, identity, aloud=not dry_run),
        stages=parse_stages(stages) if stages is not None else None,
        group=group,
        remote=remote,
        title=title,
        body_file=body_file,
        template=pr_template,
        draft=draft,
        push_only=push_only,
        replace=replace,
        run_hooks=run_hooks,
        repo=repo,
        dry_run=dry_run,
    )
    done = publish_group(session.workspace, request, lambda plan: None if yes else _ask_to_publish(session, plan))
    return Answer(view.published_json(done), lambda: view.published_page(done))


def _ask_to_publish(session: Session, plan: "PublishPlan") -> None:
    """Raises `handoff.needs-yes` unless a person at the terminal says yes to the plan, which is shown."""
    from okstra_cli.output import tell
    from okstra_cli.views.handoff import plan_page

    if not session.may_ask:
        raise refuse(
            "handoff.needs-yes",
            f"pushing {plan.group.branch} to {plan.remote.name} is for a person to decide; nothing was pushed",
            hint="repeat with --dry-run to see everything, with --yes to do it",
            steps=list(plan.steps()),
        )
    tell(session, plan_page(plan))
    if not session.confirms("Push and open the pull request" if plan.opens else "Push the branch"):
        raise refuse("handoff.needs-yes", "not confirmed; nothing was pushed", hint="repeat when it should be pushed")


@app.command("record-pr")
@names_a_task
def record_pr(
    context: typer.Context,
    identity: Identity,
    stages: Stages,
    branch: Annotated[str, typer.Option(metavar="NAME", help="The branch of the pull request.")],
    url: Annotated[str, typer.Option(metavar="URL", help="Its address.")],
    base: Annotated[str, typer.Option(metavar="BRANCH", help="Where it goes. Default: as assembled.")] = "",
    supersedes: Annotated[str, typer.Option(metavar="URL", help="An open pull request that this one replaces.")] = "",
    no_archive: Annotated[
        bool, typer.Option("--no-archive", help="Do not archive the files of runs that end with it.")
    ] = False,
) -> Answer:
    """Record that a pull request holds these stages; they are in it until it lands or is closed.

    Runs that still claim one of the stages end with it. Recording the same address again changes nothing.
    """
    from okstra_cli.views import pull_requests as view
    from okstra_git.porcelain import pull_requests
    from okstra_git.porcelain.handoff import handoff_key, parse_stages

    session = Session.of(context)
    done = pull_requests.record_pr(
        session.workspace,
        handoff_key(session.workspace, identity),
        parse_stages(stages),
        branch=branch,
        url=url,
        base=base,
        supersedes=supersedes,
        archive=not no_archive,
    )
    return Answer(view.recorded_json(done), lambda: view.recorded_page(done))


@app.command("record-closed")
@names_a_task
def record_closed(
    context: typer.Context,
    identity: Identity,
    url: Annotated[str, typer.Option(metavar="URL", help="The address of the pull request.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in one line.")] = "",
    superseded_by: Annotated[str, typer.Option(metavar="URL", help="The pull request that replaces it.")] = "",
) -> Answer:
    """Record that a pull request was closed without being merged; its stages may leave again.

    Branch and worktree of the group stay; the claim on them is released.
    """
    from okstra_cli.views import pull_requests as view
    from okstra_git.porcelain import pull_requests

    session = Session.of(context)
    done = pull_requests.record_closed(session.workspace, identity, url, reason=reason, superseded_by=superseded_by)
    return Answer(view.closed_json(done), lambda: view.closed_page(done))


@app.command("status")
@names_a_task
def status(context: typer.Context, identity: Identity) -> Answer:
    """Show groups and pull requests, what changed since they were made, and what landed.

    A stage has landed when a target branch has its commit or provably its change, squashed or rebased. That is
    looked up in git alone and recorded; no forge is asked.
    """
    from okstra_cli.views import pull_requests as view
    from okstra_git.porcelain.handoff import list_status

    statuses = list_status(Session.of(context).workspace, identity)
    facts: shapes.HandoffStatus = {"tasks": [view.status_json(entry) for entry in statuses]}
    return Answer(facts, lambda: view.status_page(statuses))
