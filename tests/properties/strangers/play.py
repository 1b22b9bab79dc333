"""Plays cases: puts a change into the scene, runs command lines over it, and looks at what must hold."""

import faulthandler
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from tests.kit.answers import Answer
from tests.kit.stores import NAME
from tests.properties.strangers import judging
from tests.properties.strangers.changes import Change, draw
from tests.properties.strangers.commands import Line, choose
from tests.properties.strangers.judging import Finding
from tests.properties.strangers.scene import OWN, Scene, pristine
from tests.properties.strangers.story import find
from tests.properties.strangers.watching import Inotify, listen

SECONDS = 20.0
"""What one command may take; the slowest honest one takes a hundredth of it, on a machine that is not busy."""


OURS = (("task", "close"), ("stage", "done"), ("reconcile", "--task-key"))
"""Commands that may change what is derived of our stages."""


class Hung(BaseException):
    """A command did not come to its end."""


@dataclass
class Played:
    """A case that was played: what was changed, which lines were run, and what was found."""

    name: str
    change: Change
    lines: list[Line]
    findings: list[Finding] = field(default_factory=list)

    def tell(self) -> str:
        """In words."""
        once = {(each.kind, each.sign): each for each in reversed(self.findings)}
        lines = "\n".join(f"    {' '.join(line.words)}{'  (terminal)' if line.terminal else ''}" for line in self.lines)
        told = "\n".join(f"  {each.kind}: {each.sign}\n    {each.told[:600]}" for each in once.values())
        return f"case {self.name}: {self.change.said}\n{lines}\n{told}"


class Stage:
    """The scene as it was, and the watchers around it."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        *self.inside, self.outside = pristine(scene)
        self.files = find(scene.documents)
        self.watcher = Inotify(scene.outside)
        self.watcher.begin()
        self.started = listen()

    def play(self, seed: int, number: int, *, family: str = "", lines: int = 2) -> Played:
        """One case; the scene is as it was afterwards."""
        random = Random(f"{seed}:{number}")
        change = draw(self.scene, random, family)
        papers = change.papers or [f".okstra/{name}" for name in random.sample(self.files, 2)]
        played = Played(f"{seed} {number}", change, choose(random, self.scene, change.tale, papers, lines))
        for line in played.lines:
            played.findings += self._run(line, change)
        if random.random() < 0.4 or change.told:
            changes_ours = any(line.words[:2] in OURS and NAME in line.words for line in played.lines)
            played.findings += self._close(change, look=not changes_ours)
        self._clean(played)
        return played

    def _run(self, line: Line, change: Change) -> list[Finding]:
        answer = self.answer(line)
        found = judging.judge_answer(self.scene, line.words, answer, terminal=line.terminal)
        if answer.exit == HANGS:
            found.append(Finding("hang", " ".join(line.words[:2]), answer.err))
        return [*found, *judging.judge_started(self.started, change.texts)]

    def answer(self, line: Line) -> Answer:
        """What the line is answered with; `HANGS` is the status of one that did not end."""
        self.started.begin()
        try:
            with limited(SECONDS):
                return self.scene.world.okstra(*line.words, exit=None, stdin=line.stdin, terminal=line.terminal)
        except Hung as hung:
            return Answer(line.words, HANGS, "", f"hangs: {hung}")
        except BaseException as error:
            import traceback

            return Answer(line.words, 1, "", "Traceback (most\n" + "".join(traceback.format_exception(error)))
        finally:
            self.started.active = False

    def _close(self, change: Change, *, look: bool = True) -> list[Finding]:
        """An honest command, with everything derived taken away before; and what fsck says."""
        found: list[Finding] = []
        if change.told:
            answer = self.answer(Line(("fsck",), terminal=False))
            found += judging.judge_told(change.told, answer)
            found += judging.judge_answer(self.scene, ("fsck",), answer, terminal=False)
        if not change.keeps_own:
            return found
        self._forget_derived()
        line = Line(("task", "open", "shop:web:honest", "--json"), terminal=False)
        answer = self.answer(line)
        found += judging.judge_answer(self.scene, line.words, answer, terminal=False)
        if look and (change.tale.task != OWN or change.tale.offset):
            found += judging.judge_derived(self.scene, answer, closed=change.tale.task == OWN)
        return found

    def _forget_derived(self) -> None:
        refs = self.scene.repository / ".git/refs"
        for ref in (f"okstra/stage/{OWN}/1", f"okstra/stage/{OWN}/2", f"okstra/keep/{self.scene.kept}"):
            if (refs / ref).is_file():
                (refs / ref).unlink()
        for name in ("derived", "watch"):
            path = self.scene.private / name
            if path.is_file() and not path.is_symlink():
                path.unlink()

    def _clean(self, played: Played) -> None:
        if told := self.watcher.told():
            changed, gone = self.outside.changed()
            played.findings += judging.judge_outside(told, [*changed, *gone])
            self.outside.restore()
            self.watcher.begin()
        for each in self.inside:
            changed, gone = each.changed()
            if each.root.name == "mine":
                played.findings += judging.judge_outside((), (f"mine/{path}" for path in (*changed, *gone)))
            else:
                played.findings += judging.judge_files(each.root, changed)
            each.restore()


HANGS = 99


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hung` in what takes longer, again and again; end the process when even that does not help."""

    def ring(_: int, frame: FrameType | None) -> None:
        place = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""
        raise Hung(place)

    assert sys.__stderr__ is not None
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    faulthandler.dump_traceback_later(seconds * 5, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)
