"""Title and body of a pull request, from the records of its group, and the file they are kept in."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from okstra_git.commands import option
from okstra_git.errors import refuse
from okstra_git.fs.refusals import PathRefused, Unreadable, Unwritable
from okstra_git.fs.root import Root
from okstra_git.git.diffs import diff_trees, show_path
from okstra_git.git.git_directory import read_own, replace_own
from okstra_git.git.merging import TreeMerger
from okstra_git.handoff.eligibility import dependencies, judge_stages, list_relied
from okstra_git.handoff.group_status import list_leaving
from okstra_git.handoff.merge_plan import count_own, tree_under
from okstra_git.handoff.pull_request_body import JointSection, PullRequestFacts, StageSection, render_body, render_title
from okstra_git.handoff.selection import part_of
from okstra_git.handoff.templates import find_template
from okstra_git.names import quote, quote_path
from okstra_git.paths import ProjectPaths
from okstra_git.porcelain.base_contents import in_base
from okstra_git.porcelain.project_files import project_root, read_document_named
from okstra_git.records.stage import Verification
from okstra_git.redaction.late import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okstra_git.names import TaskKey
    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.handoff import Group
    from okstra_git.records.states import Task

MAX_BODY = 65_000


@dataclass(frozen=True)
class PrText:
    """The text, the template it was made with, if any, and where it is kept, from the project's root."""

    title: str
    body: str
    template: str | None
    body_path: str
    is_rendered: bool = True

    @staticmethod
    def of(
        workspace: Workspace,
        task: Task,
        group: Group,
        *,
        base: str,
        title: str | None,
        body_file: str | None,
        template: str | None,
    ) -> PrText:
        """The text as asked for on the line, else rendered from the records."""
        root = project_root(workspace)
        facts = _facts(workspace, task, group, base)
        path = ProjectPaths(root).task(task.key).handoff(group.id)
        if title is not None and (not title.strip() or not title.isprintable() or len(title) > 250):
            raise refuse("usage", f"{quote(title)} is not a title", hint="one line of at most 250 characters")
        heading = title or render_title(facts)
        relative_path = ProjectPaths(root).relative(path)
        if body_file is not None:
            text = PrText(heading, _read(workspace, body_file), None, relative_path, is_rendered=False)
            return _fit_to_leave(workspace, text)
        chosen = find_template(root, template or _template_of_run(root, task), _configured(workspace))
        body = render_body(facts, chosen)
        return _fit_to_leave(
            workspace, PrText(heading, body, chosen.path if chosen is not None else None, relative_path)
        )


def _fit_to_leave(workspace: Workspace, text: PrText) -> PrText:
    """The text without secrets and home directories, since it leaves this machine; what was taken out is reported."""
    title, body = (redact(part, home=str(workspace.home)) for part in (text.title, text.body))
    workspace.note_taken_out(Counter(title.found) + Counter(body.found), where="the pull request is put into words")
    return replace(text, title=title.text, body=body.text)


def _configured(workspace: Workspace) -> str | None:
    return workspace.settings.pr_template


def _template_of_run(root: Path, task: Task) -> str | None:
    """The template that the task's release-handoff run was prepared with, if one is under way."""
    from okstra_git.bundle.stored_context import find_context

    runs = [run for run in task.runs.values() if run.is_active and run.task_type == "release-handoff"]
    contexts = [find_context(root, run) for run in runs]
    return next(
        (context.options.pr_template for context in reversed(contexts) if context and context.options.pr_template), None
    )


def _read(workspace: Workspace, named: str) -> str:
    try:
        text = read_document_named(workspace, named).decode("utf-8")
    except (PathRefused, UnicodeDecodeError) as error:
        hint = "name a Markdown file in UTF-8"
        why = error.message if isinstance(error, PathRefused) else error
        raise refuse("file.refused", f"the body {quote_path(named)} cannot be read: {why}", hint=hint) from error
    if len(text) > MAX_BODY:
        raise refuse(
            "file.refused", f"the body {quote_path(named)} is longer than {MAX_BODY} characters", hint="shorten it"
        )
    return text


def _facts(workspace: Workspace, task: Task, group: Group, base: str) -> PullRequestFacts:
    language = workspace.settings.language
    judged = judge_stages(task, stale={})
    others = [
        (number, eligibility.title, eligibility.stage.status if eligibility.stage is not None else "pending")
        for number, eligibility in judged.items()
        if number not in group.stages
    ]
    return PullRequestFacts(
        key=str(task.key),
        title=task.title or _subject_of_branch(task),
        tickets=task.tickets,
        category=task.category,
        group=group.id,
        base=base,
        branch=group.branch,
        commit=group.range.head,
        stages=tuple(_parts(workspace, task, group)),
        others=tuple(others),
        plan_path=task.plan.path if task.plan is not None else "",
        plan_blob=task.plan.blob if task.plan is not None else "",
        language=language if isinstance(language, str) else "en",
        joint=tuple(_joint(task, group)),
        usage=tuple(_usage(workspace, task, group)),
    )


def _usage(workspace: Workspace, task: Task, group: Group) -> list[tuple[str, str, int, int, float | None]]:
    if not any(run.usage for run in task.runs.values()):
        return []
    from okstra_git.porcelain.usage import usage_of_change

    return usage_of_change(workspace, task, group.stages)


def _joint(task: Task, group: Group) -> Iterator[JointSection]:
    """The verifications of stages together by which members of the group leave."""
    for relied in list_relied(task, group.stages):
        verification = Verification(
            commit=relied.assembled.commit,
            tree=relied.assembled.tree,
            report=relied.report,
            verdict=relied.verdict,
            checks=relied.checks,
            database=relied.database,
        )
        outcome = _for_others(verification)
        assert outcome is not None
        yield JointSection(relied.assembled.stages, relied.assembled.base_ref, relied.assembled.base, outcome,
                        group.range.head_tree)  # fmt: skip


def _parts(workspace: Workspace, task: Task, group: Group) -> list[StageSection]:
    git = workspace.git
    ranges = [
        (number, stage_range) for number in group.stages if (stage_range := task.stages[number].range) is not None
    ]
    contained = in_base(workspace, task, group.base_ref, group.stages, at=group.range.base)
    onto = group.range.base or group.range.head
    left = {number: part_of(git, task, number, contained, onto) for number, _ in ranges}
    with TreeMerger(git, write=True) as merger:
        under = [tree_under(git, left[number], merger) for number, _ in ranges]
    deltas = diff_trees(
        git, [(tree, stage_range.head_tree) for tree, (_, stage_range) in zip(under, ranges, strict=True)]
    )
    leaving = {member.stage: member for member in list_leaving(git, task, group)}
    planned = {row.number: row.title for row in task.plan.stages} if task.plan is not None else {}
    verified = {number: task.stages[number].verified for number, _ in ranges}
    return [
        StageSection(
            number=number,
            title=task.stages[number].title or planned.get(number, ""),
            commit=stage_range.head,
            tree=stage_range.head_tree,
            depends_on=dependencies(task, number),
            files=tuple(show_path(change.path) for change in delta),
            commits=count_own(git, left[number]) if number in contained.upto else stage_range.commits,
            verification=_for_others(verified[number]),
            carried=task.stages[number].is_verified and _tree_of(verified[number]) != stage_range.head_tree,
            leaving=leaving[number],
            upto=contained.upto.get(number, ""),
        )
        for (number, stage_range), delta in zip(ranges, deltas, strict=True)
    ]


def _tree_of(verified: Verification | None) -> str | None:
    return verified.tree if verified is not None else None


def _for_others(verified: Verification | None) -> Verification | None:
    """A report outside of the project is named without the folders of this machine."""
    if verified is None or not verified.report.startswith(("/", "~")):
        return verified
    return verified.model_copy(update={"report": verified.report.rpartition("/")[2]})


def write_text(workspace: Workspace, key: TaskKey, group: Group, text: PrText) -> Path:
    """Keep the body where people and the forge's program find it; what a person wrote there stays, beside it."""
    path = ProjectPaths(project_root(workspace)).task(key).handoff(group.id)
    data = text.body.encode()
    rendered = workspace.git.private_dir / "cache" / "bodies"  # the sums of all that was rendered here
    files = Root(project_root(workspace))
    try:
        entry = files.require_seen(path)
        if entry is not None and entry.kind == "link":
            files.remove(path)  # the link itself; what it leads to stays
        before = files.find_bytes(path)
        if before == data:
            return path
        if before is not None and read_own(rendered / _sum(before)) is None:
            _keep_edited(workspace, files, path)
        if text.is_rendered:
            replace_own(rendered / _sum(data), b"")
        files.write(path, data, nonce=token_hex(4))
    except (Unreadable, Unwritable) as refusal:
        raise refuse("file.refused", refusal.message, hint="check its owner and mode", path=str(path)) from refusal
    return path


def _keep_edited(workspace: Workspace, files: Root, path: Path) -> None:
    names = (f"{path.stem}.edited{f'-{count}' if count > 1 else ''}.md" for count in itertools.count(1))
    edited = next(place for name in names if not files.exists(place := path.with_name(name)))
    files.rename(path, edited)
    shown_edited = ProjectPaths(project_root(workspace)).relative(edited)
    workspace.warn(
        f"{path.name} holds a text that okstra did not write; it is kept as {quote_path(shown_edited)}, "
        f"and {option('--body-file', edited)} publishes it"
    )


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _subject_of_branch(task: Task) -> str:
    """What the newest commit of an adopted branch is called: nobody gave its task a title."""
    recorded = task.stages[1].range if task.is_adopted else None
    return recorded.subject if recorded is not None else ""
