"""What every stored record shares: frozen, tolerant of fields from newer releases of the same major format."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

MAJOR_FORMAT = 1


class Record(BaseModel):
    """An immutable stored value; unknown fields are skipped when read (the stored bytes keep them)."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


def show_time(at: datetime) -> str:
    """RFC 3339 in UTC with a `Z`."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(show_time, return_type=str, when_used="json")]
