"""What was odd about logs, put into words: one problem for each log and kind, with the next step."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from okstra_git.commands import command
from okstra_git.names import TaskKey
from okstra_git.records.base import MAJOR_FORMAT
from okstra_git.state.heeding import ignore_line, is_own, writer_of
from okstra_git.state.log import Head, Problem
from okstra_git.state.sifting import AHEAD, BROKEN, FAR, FORGED, FUTURE, NOT_OURS, SAME_ID, Odd, Sieve

LOOK = "git okstra fsck"


class Wording:
    """Words problems for the logs of one moment; `refs` are all of them, readable or not."""

    def __init__(self, refs: Iterable[str], sieve: Sieve) -> None:
        self.writers, self.sieve = Counter(map(writer_of, refs)), sieve

    def way_out(self, ref: str) -> str:
        """What to do about a log: take it out, or look closer at this clone's own."""
        return LOOK if is_own(ref, self.sieve.own) else ignore_line(ref, self.writers, self.sieve.own)

    def unreadable(self, ref: str, why: str) -> Problem:
        """A log of which nothing can be read."""
        return Problem("log.unreadable", f"the log {ref} cannot be read: {why}", ref, self.way_out(ref))

    def damaged_file(self, ref: str, path: str, task: TaskKey, why: str) -> Problem:
        """The events of one task in one log that cannot be read; the subject is `ref:path`."""
        told = f"events of {task} cannot be read from {ref}: {why}"
        return Problem("log.damaged-file", told, f"{ref}:{path}", LOOK)

    def unfolded(self, ref: str, task: TaskKey, why: str) -> Problem:
        """Events that are sound one by one and yet make no sense together with those before them."""
        told = f"the events of {task} in {ref} were left out, because okstra fails on them: {why}"
        return Problem("log.not-folded", told, ref, self.way_out(ref))

    def heads(self, heads: Mapping[str, Head]) -> Iterator[Problem]:
        """Newer formats, and clocks that are not believed."""
        for ref, head in heads.items():
            if head.major > MAJOR_FORMAT:
                yield self._newer(ref, head.major)
            if head.clock > self.sieve.horizon:
                told = f"the log {ref} claims a clock that no project reaches ({head.clock}); it is not followed"
                yield Problem(FAR, told, ref, self.way_out(ref))

    def _newer(self, ref: str, major: int) -> Problem:
        told = f"the log {ref} has format {major}, this okstra knows {MAJOR_FORMAT}"
        hint = "upgrade git-okstra in this clone; until then nothing is written here"
        if not is_own(ref, self.sieve.own):
            hint += f"; where nobody works with a newer one: {self.way_out(ref)}"
        return Problem("format.newer", told, ref, hint)

    def rewound(self, was: Mapping[str, str]) -> Iterator[Problem]:
        """Logs that no longer contain what was read from them before (ref -> the tip that it had)."""
        for ref, tip in was.items():
            accept = command("git okstra log heed", ref)
            told = f"the log {ref} was rewound or rewritten; what only {tip[:12]} had is gone ({accept} accepts that)"
            yield Problem("log.rewound", told, ref, command("git update-ref", ref, tip))

    def lines(self, total: Mapping[str, Odd]) -> Iterator[Problem]:
        """What is odd about the lines of logs."""
        for ref, odd in total.items():
            for code, number in odd.items():
                told = self._sentence(ref, code, number)
                if told:
                    yield Problem(code, told, ref, self.way_out(ref))

    def _sentence(self, ref: str, code: str, number: int) -> str:
        if code == FUTURE:
            return self._future(ref, number)
        one = number == 1
        events, were = ("1 event", "it was") if one else (f"{number} events", "they were")
        if code == BROKEN:
            lines = "1 line" if one else f"{number} lines"
            return f"{lines} in the log {ref} cannot be read as events of their task; {were} skipped"
        if code == FORGED:
            name = "names" if one else "name"
            return f"{events} in the log {ref} {name} another writer than {writer_of(ref)}; {were} skipped"
        if code == FAR:
            return f"{events} in the log {ref} with a clock that no project reaches; {were} skipped"
        if code == NOT_OURS:
            missing = "it is" if one else "they are"
            return f"{events} in {ref} in the name of this clone; {missing} not in its own log {self.sieve.own}"
        if code == SAME_ID:
            return f"{events} in the log {ref} with the id of an event that has another content"
        return ""

    def _future(self, ref: str, latest: int) -> str:
        now = self.sieve.now
        if now is None or latest <= (now + AHEAD).timestamp():
            return ""
        day = datetime.fromtimestamp(latest, UTC)
        return f"the log {ref} holds times in the future, up to {day:%Y-%m-%d}: a wrong clock, or made up"
