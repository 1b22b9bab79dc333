"""What a check depends on besides the tree: files that git does not have, and variables of the environment.

What is to be compared is named by records that others may have written. So a file is looked for in the tree, else in
the worktree and nowhere else; and of nothing more than a digest leaves this module.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from okstra_git.errors import OkstraError, refuse
from okstra_git.fs.root import Root
from okstra_git.git.objects import find_entry, read_blob
from okstra_git.git.repo import Git
from okstra_git.names import quote
from okstra_git.records.checks import CheckInput, digest_of
from okstra_git.redaction.named import grade_of

MAX_FILE = 256 << 20
MODULE = "160000"


def declare_inputs(
    git: Git, tree: str, environ: Mapping[str, str], *, files: Sequence[str], variables: Sequence[str]
) -> tuple[CheckInput, ...]:
    """The named inputs as they are now, in one order; refuses (`verify.input`) what cannot be one.

    The digest of a short secret can be guessed, so a variable that is called like one is not recorded.
    """
    inputs = []
    for name in sorted(set(files)):
        digest = digest_of_file(git, tree, name)
        if digest is None:
            message = f"the input {quote(name)} is not a file of the tree, nor one of this worktree that can be read"
            raise refuse("verify.input", message, hint="name it as it is seen from the top of the worktree")
        inputs.append(CheckInput(kind="file", name=name, digest=digest))
    for name in sorted(set(variables)):
        if not name or "=" in name or "\0" in name:
            raise refuse("verify.input", f"{quote(name)} is not the name of a variable", hint="--input-env NAME")
        if grade_of(name):
            message = f"the value of {name} looks like a secret, and digests of secrets are not recorded"
            raise refuse("verify.input", message, hint="declare a variable that says which one it is, such as its name")
        inputs.append(CheckInput(kind="env", name=name, digest=digest_of_variable(environ, name)))
    return tuple(inputs)


def find_changed_input(
    git: Git, tree: str, environ: Mapping[str, str], inputs: Sequence[CheckInput]
) -> CheckInput | None:
    """The first declared input that is not what it was; None where all are equal."""
    for declared in inputs:
        is_file = declared.kind == "file"
        now = digest_of_file(git, tree, declared.name) if is_file else digest_of_variable(environ, declared.name)
        if now != declared.digest:
            return declared
    return None


def digest_of_variable(environ: Mapping[str, str], name: str) -> str:
    """The digest of its value; one that is not set is not one that is empty."""
    value = environ.get(name)
    return digest_of(b"" if value is None else b"=" + os.fsencode(value))


def digest_of_file(git: Git, tree: str, name: str) -> str | None:
    """The digest of a file of the tree, or of one in the worktree that the tree has not; None where neither is one."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name:
        return None
    try:
        entry = find_entry(git, tree, os.fsencode(str(path)))
        if entry is not None:
            return digest_of(entry[1].encode() if entry[0] == MODULE else read_blob(git, entry[1], limit=MAX_FILE))
        data = Root(git.work_tree).find_bytes(str(path), MAX_FILE) if git.work_tree is not None else None
    except (OkstraError, OSError, UnicodeError):
        return None
    return None if data is None else digest_of(data)
