"""That a command was run on a tree, and how it ended: one record, named by its own digest."""

import hashlib
import json
from collections.abc import Sequence
from typing import Literal

from pydantic import ValidationError

from okstra_git.records import grammar as g
from okstra_git.records.grammar import Record

MAX_RECORD = 1 << 20
"""Bytes of one record."""


class CheckInput(Record):
    """Something outside the tree that the outcome depends on, with the digest of its content."""

    kind: Literal["file", "env"]
    name: g.Text
    digest: g.Sha256


class CheckRecord(Record):
    """How a command ended on a tree.

    `command` is the line as a shell would take it, for people, without secrets and home directories; `command_digest`
    says which one it was. `clock` is above that of every record of the tree that was known when this one was made.
    `claimed`: okstra did not see it, so that there is no output and no duration. Of a command that a signal ended the
    exit code is 128 and its number, of one that ran out of time 124.
    """

    type: Literal["check"] = "check"
    v: Literal[1] = 1
    tree: g.ObjectId
    name: g.Name
    command: g.Text
    command_digest: g.Sha256
    exit_code: g.ExitCode
    inputs: tuple[CheckInput, ...] = ()
    claimed: bool = False
    in_place: bool = False
    milliseconds: g.Count = 0
    output_digest: g.Sha256 | None = None
    output_size: g.Count = 0
    at: g.Moment
    clock: g.Count
    writer: g.Ulid
    by: g.Name = ""

    @property
    def is_passed(self) -> bool:
        """Whether the command ended well."""
        return self.exit_code == 0


def digest_of(data: bytes) -> str:
    """SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(data).hexdigest()


def digest_of_command(arguments: Sequence[str]) -> str:
    """The digest of an argument vector: every argument counts, and where each ends."""
    return digest_of(json.dumps(list(arguments)).encode())


def encode_check(record: CheckRecord) -> bytes:
    """The one form in which a record is stored."""
    return record.model_dump_json().encode() + b"\n"


def decode_check(data: bytes) -> CheckRecord | None:
    """The record, or None when these bytes are not exactly what this release writes of one."""
    try:
        record = CheckRecord.model_validate_json(data) if len(data) <= MAX_RECORD else None
    except ValidationError:
        return None
    return record if record is not None and encode_check(record) == data else None
