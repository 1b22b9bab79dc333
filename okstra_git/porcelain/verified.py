"""What `verified` does: says from records whether a tree was verified already, and else why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from okstra_git.errors import refuse
from okstra_git.git.objects import tree_of
from okstra_git.git.revisions import require_named
from okstra_git.names import LONGEST_LABEL, is_label, quote
from okstra_git.records.checks import CheckRecord, digest_of_command
from okstra_git.store.check_inputs import find_changed_input
from okstra_git.store.checks import TreeChecks, latest_checks, read_checks
from okstra_git.store.clone import look_for_writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okstra_git.porcelain.workspace import Workspace
    from okstra_git.records.checks import CheckInput
    from okstra_git.store.checks import BadCheck, StoredCheck


class Verdict(NamedTuple):
    """Whether a tree is verified under a name, by which record, and why (not).

    `check` is the record that decided, None where there is none. `bad` are refs of the tree that cannot be relied on.
    """

    verified: bool
    tree: str
    name: str
    check: StoredCheck | None
    reason: str
    is_own: bool = False
    bad: tuple[BadCheck, ...] = ()


def verified(
    workspace: Workspace,
    ref: str | None = None,
    *,
    name: str,
    command: Sequence[str] = (),
    with_claims: bool = False,
) -> Verdict:
    """Whether the newest record of this tree, name, command (any, where none is given) and these inputs passed.

    Reads only, and looks at the records of this tree alone. Whatever cannot be relied on makes it a no.
    """
    git = workspace.git
    require_name(name)
    tree = tree_of(git, require_named(git, ref or "HEAD", what="the commit to ask about").commit)
    records = read_checks(git, tree, now=workspace.now())
    digest = digest_of_command(command) if command else None
    if records.bad:
        reason = f"{records.bad[0].ref} does not count: {records.bad[0].why}"
        return Verdict(False, tree, name, None, reason, bad=tuple(records.bad))

    def counts(record: CheckRecord) -> bool:
        is_asked = (
            record.name == name and digest in (None, record.command_digest) and (with_claims or not record.claimed)
        )
        return is_asked and find_changed_input(git, tree, workspace.environ, record.inputs) is None

    check = latest_checks(records.checks, counts)
    if check is None:
        return Verdict(False, tree, name, None, _why_nothing_counts(workspace, records, name, digest))
    is_own = check.record.writer == look_for_writer(git)[0]
    exit_code = check.record.exit_code
    reason = "it passed" if check.record.is_passed else f"it failed with exit code {exit_code}"
    return Verdict(check.record.is_passed, tree, name, check, reason, is_own)


def require_name(name: str) -> None:
    """Refuse (`verify.name`) what cannot name a check."""
    if not is_label(name):
        message = f"{quote(name)} cannot name a check: it takes one line of at most {LONGEST_LABEL} characters"
        raise refuse("verify.name", message, hint="git okstra verify unit -- make test")


def _why_nothing_counts(workspace: Workspace, records: TreeChecks, name: str, digest: str | None) -> str:
    """The nearest miss, in a sentence."""
    named = [check.record for check in records.checks if check.record.name == name]
    if not named:
        return "nothing is on record of this tree under this name"
    same = [record for record in named if digest in (None, record.command_digest)]
    if not same:
        return "another command is on record under this name"
    current = [record for record in same if not _changed(workspace, record)]
    if not current:
        changed = _changed(workspace, same[-1])
        return f"the declared input {quote(changed.name)} is not what it was" if changed else ""
    return "only a claim is on record, which counts with --claimed"


def _changed(workspace: Workspace, record: CheckRecord) -> CheckInput | None:
    return find_changed_input(workspace.git, record.tree, workspace.environ, record.inputs)
