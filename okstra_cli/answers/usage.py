"""What `usage collect`, `token-usage` and `usage show` answer."""

from typing_extensions import TypedDict


class UsedTokens(TypedDict):
    """Three parts of what went in, and what came out; `thought` is a part of `output`, `total` leaves it out."""

    fresh: int
    cached: int
    written: int
    output: int
    thought: int
    total: int


class TeamMemberUsage(TypedDict):
    """The lead or a worker; `usage` is null where nothing is to be found, and `reason` says why.

    `confidence` is exact, lower_bound or approximate; `sources` are result (the program's own word) and transcript.
    `sessions` are ids, also of one that has no files any more.
    """

    member: str
    program: str
    sessions: list[str]
    usage: UsedTokens | None
    confidence: str | None
    sources: list[str]
    reason: str | None
    remarks: list[str]


class TeamUsage(TypedDict):
    """A run's team. `unattributed` are sessions on record for the run that belong to no member; the total has them."""

    task: str
    run: str
    teamState: str
    written: bool
    total: UsedTokens
    confidence: str
    members: list[TeamMemberUsage]
    unattributed: list[str]


class UsageRow(TypedDict):
    """A sum. `dollars` is null where no price is known at all; `unpriced` are tokens of models without a price.

    The last five are null but with `--by landed`: `stage` null = what all stages share, `runs` all of them, `fruitless`
    those that failed or were given up.
    """

    name: str
    tokens: UsedTokens
    dollars: str | None
    unpriced: int
    confidence: str
    task: str | None
    stage: int | None
    state: str | None
    commit: str | None
    runs: int | None
    fruitless: int | None


class Usage(TypedDict):
    """`by` is the view, `prices` the date of the prices; `runsWithout` are runs of which nothing is on record."""

    by: str
    prices: str
    rows: list[UsageRow]
    total: UsageRow
    runsWithout: int
