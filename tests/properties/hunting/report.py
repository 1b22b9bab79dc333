"""Counts judgements, and tells one in so few lines that a person can follow it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.properties.hunting.oracle import Judgement
from tests.properties.hunting.values import Commit, Scene, Stage, changed_paths, line_of

SHORT = 8


class Case(NamedTuple):
    """One stage in one round, and what was said and thought of it."""

    seed: int
    place: int
    scene: Scene
    stage: Stage
    item: Mapping[str, Any] | None
    judgement: Judgement

    @property
    def name(self) -> str:
        """What `--only` takes."""
        return f"{self.seed}:{self.place}:{int(self.scene.task.name[1:])}"


@dataclass
class Tally:
    """How often what was said, and the cases worth a look."""

    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    cases: list[Case] = field(default_factory=list)

    def add(self, case: Case) -> None:
        """One more judgement."""
        judgement = case.judgement
        self.said[judgement.said, judgement.verdict] += 1
        if judgement.verdict != "right":
            self.kinds[judgement.verdict, judgement.kind] += 1
            self.cases.append(case)

    def take(self, other: "Tally") -> None:
        """Everything of another tally."""
        self.said += other.said
        self.kinds += other.kinds
        self.cases += other.cases

    @property
    def total(self) -> int:
        return self.said.total()

    def count(self, verdict: str, kind: str = "") -> int:
        """Judgements of this verdict whose kind begins so."""
        return sum(n for (found, name), n in self.kinds.items() if found == verdict and name.startswith(kind))

    def list(self, verdict: str) -> list[Case]:
        return [case for case in self.cases if case.judgement.verdict == verdict]

    def lines(self) -> Iterator[str]:
        """The table, a line each."""
        yield f"{self.total} judgements"
        for (said, verdict), count in sorted(self.said.items()):
            yield f"  {said:8} {verdict:7} {count:7}  {100 * count / max(self.total, 1):6.2f} %"
        for (verdict, kind), count in sorted(self.kinds.items()):
            yield f"  {verdict:6} {count:6}  {kind}"


def tell(case: Case) -> str:
    """A case as text: what was recorded, how everything new was made, what okstra said, what is wrong."""
    return "\n".join(_lines(case))


def _lines(case: Case) -> Iterator[str]:
    scene, stage, item, judgement = case.scene, case.stage, case.item, case.judgement
    yield f"{judgement.verdict}: {judgement.kind}   (--only {case.name}, stage {stage.number})"
    names = _names(scene)
    for each in scene.task.stages:
        mark = "*" if each is stage else " "
        yield f"  {mark} stage {each.number} on {each.branch}, base {names.get(each.base, '?')} {each.base.oid[:SHORT]}"
        for commit in each.commits:
            yield f"      {names[commit]} {commit.oid[:SHORT]} {commit.subject}: {_files(commit)}"
    for note in scene.notes:
        yield f"    {note}"
    for ref in _refs(scene, stage):
        yield f"    {ref}:"
        yield from (f"      {line}" for line in _history(scene.refs[ref], names))
    if item is None:
        yield "  okstra says nothing"
        return
    end = (item["replacement"] or "")[:SHORT]
    start = judgement.start.oid[:SHORT] if judgement.start else "?"
    landed = " landed" if item.get("landed") else ""
    yield f"  okstra: {item['class']} {start}..{end} {item['proof'] or ''}{landed}: {item['reason']}"


def _names(scene: Scene) -> dict[Commit, str]:
    names = {commit: f"T{place}" for place, commit in enumerate(scene.task.trunk)}
    for stage in scene.task.stages:
        names |= {commit: f"{stage.number}{'abcdefgh'[place]}" for place, commit in enumerate(stage.commits)}
    return names


def _refs(scene: Scene, stage: Stage) -> Iterable[str]:
    for name in (stage.branch, scene.task.trunk_name):
        for ref in (f"refs/heads/{name}", f"refs/remotes/origin/{name}"):
            if ref in scene.refs:
                yield ref


def _history(tip: Commit, names: Mapping[Commit, str]) -> Iterator[str]:
    for commit in line_of(tip):
        sources = " ".join(names.get(source, "?") for source in commit.sources)
        named = names.get(commit, "")
        how = "recorded" if named else f"{commit.how} {sources}".strip()
        yield f"{commit.oid[:SHORT]} {named or '-'} [{how}] {commit.subject}: {_files(commit)}"
        if named.startswith("T"):
            return
        for other in commit.parents[1:]:
            if other not in names:
                yield from (f"  | {line}" for line in _side(other, commit, names))


def _side(tip: Commit, merge: Commit, names: Mapping[Commit, str]) -> Iterator[str]:
    on_line = set(line_of(merge))
    for commit in line_of(tip):
        if commit in on_line:
            return
        sources = " ".join(names.get(source, "?") for source in commit.sources)
        yield f"{commit.oid[:SHORT]} [{commit.how} {sources}] {commit.subject}: {_files(commit)}"


def _files(commit: Commit) -> str:
    paths = sorted(changed_paths(commit.before, commit.tree))
    return ", ".join(paths[:4]) + (f" and {len(paths) - 4} more" if len(paths) > 4 else "") or "nothing"
