"""What every stored record shares: frozen, tolerant of fields from newer releases of the same major format."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from okstra_git.errors import OkstraError, refuse
from okstra_git.names import quote

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

    One that breaks the grammar of a field is refused (`NotRecordable`) before anything is written.
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
