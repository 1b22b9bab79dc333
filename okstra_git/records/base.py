"""What every stored record shares: frozen, tolerant of fields from newer releases of the same major format."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints

MAJOR_FORMAT = 1


class Record(BaseModel):
    """An immutable stored value; unknown fields are skipped when read (the stored bytes keep them)."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


def show_time(at: datetime) -> str:
    """RFC 3339 in UTC with a `Z`."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(show_time, return_type=str, when_used="json")]

ObjectId = Annotated[str, StringConstraints(pattern="^[0-9a-f]{40}$")]
"""A full object name. Other clones' records are read as well, and what is handed to git must never be an option."""

MaybeObjectId = Annotated[str, StringConstraints(pattern="^([0-9a-f]{40})?$")]
"""A full object name, or nothing."""
