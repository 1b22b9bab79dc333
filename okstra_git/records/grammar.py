"""What stored records share: they are frozen and tolerate fields of newer releases, and each field has a grammar."""

from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from okstra_git.errors import OkstraError, refuse
from okstra_git.names import MAX_STAGE, OBJECT_ID, CommitId, TaskKey, key_of_slashed, quote, slashed_form

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)

MAJOR_FORMAT = 1


class _Refusing(ModelMetaclass):
    """Says in a sentence why a record cannot be made; what is decoded does not come this way."""

    def __call__(cls, *args: Any, **fields: Any) -> Any:
        try:
            return super().__call__(*args, **fields)
        except ValidationError as error:
            wrong = error.errors(include_url=False)[0]
            if wrong["type"] == "missing":
                raise  # a field that the caller forgot is a mistake of ours
            raise _refused(cls.__name__, wrong) from error


class Record(BaseModel, metaclass=_Refusing):
    """An immutable stored value; unknown fields are skipped when read (the stored bytes keep them).

    One that breaks the grammar of a field is refused (`record.refused`) before anything is written.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


def show_time(at: datetime) -> str:
    """RFC 3339 in UTC with a `Z`."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refused(record: str, wrong: ErrorDetails) -> OkstraError:
    field = ".".join(str(part) for part in wrong["loc"])
    if field == "at":
        message = f"nothing can be recorded at {wrong['input']}: no record is of before 1970 or after 9000"
        return refuse("record.refused", message, hint="set the clock of this machine: date", field=field, record=record)
    reasons = {
        "string_too_long": "is longer than {max_length} characters",
        "too_long": "has more than {max_length} items",
        "less_than_equal": "is above {le}",
        "greater_than_equal": "is below {ge}",
        "string_unicode": "is not UTF-8",
    }
    why = reasons.get(wrong["type"], "has a form that no record may have").format(**wrong.get("ctx", {}))
    value = wrong["input"]
    quoted = f" {quote(value)}" if isinstance(value, str) and wrong["type"] != "string_unicode" else ""
    message = f"the {field.replace('_', ' ')}{quoted} cannot be recorded: it {why}"
    return refuse("record.refused", message, hint="change it, then repeat the line", field=field, record=record)


LARGEST = 2**53 - 1
"""The largest number that every reader of JSON counts exactly; clocks and sequence numbers end here."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Between these, a span that people have to do with can be added and taken away."""

MAX_LINE = 32 << 20
"""Bytes of one event; the longest ones approve a plan of 5 MiB."""

MAX_TEXT = 64 << 10
MAX_NAME = 1_000
MAX_PATH = 32 << 10
MAX_CARRY = 2 << 20
MAX_ITEMS = 10_000

_SLUG = r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.[A-Za-z0-9_-])*"
_NUMBER = r"[1-9][0-9]{0,5}"
_ULID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_GROUP = rf"{_NUMBER}(?:-{_NUMBER})*"
_REF_LETTER = r"[^\x00-\x20\x7f~^:?*\[\\./]"
_BRANCH = rf"[^\x00-\x20\x7f~^:?*\[\\./-]{_REF_LETTER}*(?:\.?/{_REF_LETTER}+|\.{_REF_LETTER}+)*"
_PART = "[A-Za-z0-9_-][A-Za-z0-9._-]*"


class Letters:
    """A text of a pattern and a length, said in the words of pydantic's core, which spares every start a detour.

    The pattern allows the empty text where `shortest` alone decides about it: each pattern is compiled once.
    """

    def __init__(self, pattern: str | None, longest: int | None = None, shortest: int | None = None) -> None:
        self.pattern, self.longest, self.shortest = pattern, longest, shortest

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(pattern=self.pattern, max_length=self.longest, min_length=self.shortest)


class SlashedForm:
    """A task key that is stored as `project/group/task`, in lines as well as as a key of an object."""

    def __init__(self, pattern: str, longest: int) -> None:
        self.pattern, self.longest = pattern, longest

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=self.pattern, max_length=self.longest)
        stored = core_schema.no_info_after_validator_function(key_of_slashed, text)
        checked = core_schema.no_info_before_validator_function(slashed_form, stored)
        return core_schema.json_or_python_schema(
            json_schema=stored,
            python_schema=checked,
            serialization=core_schema.plain_serializer_function_ser_schema(
                attrgetter("slashed"), return_schema=core_schema.str_schema()
            ),
        )


class Within:
    """A whole number between two others, both included."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.int_schema(ge=self.least, le=self.most)


class AtMost:
    """A list or a table with a bounded number of items; of a list the first wrong item is looked at and no more."""

    def __init__(self, items: int) -> None:
        self.items = items

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return {**schema, "max_length": self.items, **({"fail_fast": True} if schema["type"] == "tuple" else {})}


class Sane:
    """A time with a zone, from `EARLIEST` to `LATEST`, written as `show_time` has it."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        quote = core_schema.plain_serializer_function_ser_schema(
            show_time, return_schema=core_schema.str_schema(), when_used="json"
        )
        return core_schema.datetime_schema(tz_constraint="aware", ge=EARLIEST, le=LATEST, serialization=quote)


class Finite:
    """A number that can be compared with others."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.float_schema(ge=-1e12, le=1e12, allow_inf_nan=False)


Moment = Annotated[datetime, Sane()]

Commit = Annotated[CommitId, Letters(f"^{OBJECT_ID}$")]
"""The full name of a commit."""

ObjectId = Annotated[str, Letters(f"^{OBJECT_ID}$")]
"""A full object name."""

MaybeObjectId = Annotated[str, Letters(f"^(?:{OBJECT_ID})?$")]
"""A full object name, or nothing."""

Hexadecimal = Annotated[str, Letters("^[0-9a-f]{1,64}$")]
"""A fingerprint, a sum or a patch id."""

Sha256 = Annotated[str, Letters("^[0-9a-f]{64}$")]
"""The SHA-256 of some content."""

Ulid = Annotated[str, Letters(f"^{_ULID}$")]
"""The id of an event, a writer or a run."""

MaybeUlid = Annotated[str, Letters(f"^(?:{_ULID})?$")]

TaskId = Annotated[TaskKey, SlashedForm(f"^{_SLUG}/{_SLUG}/{_SLUG}$", 200)]
"""A task key as it stands in paths and refs."""

Slug = Annotated[str, Letters(f"^(?:{_SLUG})?$", 64, shortest=1)]
"""One segment of a task key, a category, a phase."""

MaybeSlug = Annotated[str, Letters(f"^(?:{_SLUG})?$", 64)]

Scope = Annotated[
    str,
    Letters(f"^(?:stage-{_NUMBER}|group-{_GROUP}|verification-[1-9][0-9]{{0,8}})?$", MAX_TEXT),
]
"""What a place is for: empty (the task), `stage-<N>`, `group-<id>` or `verification-<seq>`."""

GroupId = Annotated[str, Letters(f"^(?:{_GROUP})?$", MAX_TEXT, shortest=1)]
"""Stage numbers joined by `-`."""

MaybeGroupId = Annotated[str, Letters(f"^(?:{_GROUP})?$", MAX_TEXT)]

Branch = Annotated[str, Letters(f"^(?:{_BRANCH})?$", MAX_NAME, shortest=1)]
"""The short name of a branch: letters and parts as git-check-ref-format(1) has them, and never like an option."""

MaybeBranch = Annotated[str, Letters(f"^(?:{_BRANCH})?$", MAX_NAME)]

Revision = Annotated[str, Letters(r"^(?:[^\x00-\x1f\x7f-][^\x00-\x1f\x7f]*)?$", MAX_NAME)]
"""How a base or target was named, or nothing. Older releases recorded expressions as they were typed (`main~1`)."""

_ADDRESS = r"^(?:[Hh][Tt][Tt][Pp][Ss]?://[^\x00-\x20\x7f-\x{9f}\s]+)?$"

Url = Annotated[str, Letters(_ADDRESS, 2_000, shortest=1)]
"""The address of a pull request, in letters of either case as people paste it."""

MaybeUrl = Annotated[str, Letters(_ADDRESS, 2_000)]

OkstraPath = Annotated[str, Letters(rf"^(?:\.okstra(?:/{_PART})+)?$", MAX_PATH)]
"""A path below `.okstra/`, from the project's root, without a way out; or nothing."""

DocumentPath = Annotated[str, Letters(None, MAX_PATH)]
"""A document as a person named it: from the project's root, or absolute where it lies elsewhere. For reading only
through a `Root`, which says whether it may be opened."""

MachinePath = Annotated[str, Letters(None, MAX_PATH)]
"""A directory of the machine that recorded it; of another clone's it is shown and never opened."""

FilePath = Annotated[str, Letters(None, MAX_PATH)]
"""A file of a tree or of a plan, as it is shown."""

Token = Annotated[str, Letters("^[0-9A-Za-z_.-]*$", 128)]
"""A word that a program made up, or nothing: a nonce, a fingerprint of inputs."""

RunName = Annotated[str, Letters("^[0-9A-Z]*$", 26)]
"""The id of a run in the fold, where a `Ulid` became it."""

Text = Annotated[str, Letters(None, MAX_TEXT)]
"""What people wrote, or programs said; control characters are made visible where it is shown."""

Name = Annotated[str, Letters(None, MAX_NAME)]
"""A person, a machine, a program, a word of a short list."""

CarryText = Annotated[str, Letters(None, MAX_CARRY)]

Version = Annotated[int, Within(0, LARGEST)]
Count = Annotated[int, Within(0, LARGEST)]
StageNumber = Annotated[int, Within(1, MAX_STAGE)]
RunNumber = Annotated[int, Within(0, 999_999_999)]
ProcessId = Annotated[int, Within(0, 2**32)]
ExitCode = Annotated[int, Within(-(2**32), 2**32)]
Born = Annotated[float, Finite()]
CommitTime = Annotated[int, Within(-(2**63), 2**63)]
"""Seconds since 1970 as a commit has them, however absurd."""

ZoneOffset = Annotated[int, Within(-6_000, 6_000)]
"""Minutes east of UTC."""

ObjectIds = Annotated[tuple[ObjectId, ...], AtMost(MAX_ITEMS)]
StageNumbers = Annotated[tuple[StageNumber, ...], AtMost(MAX_ITEMS)]
Names = Annotated[tuple[Text, ...], AtMost(MAX_ITEMS)]
FilePaths = Annotated[tuple[FilePath, ...], AtMost(MAX_ITEMS)]
RunNumbers = Annotated[dict[MaybeSlug, RunNumber], AtMost(100)]


class LoggedEvent(Record):
    """What every event of a log has beside its fact: identity and place in the order; `by` is a git identity."""

    v: Version = 1
    id: Ulid
    at: Moment
    clock: Count
    seq: Count
    writer: Ulid
    by: Name = ""

    @property
    def order(self) -> tuple[int, str, int]:
        """The total order of all events of all writers."""
        return self.clock, self.writer, self.seq
