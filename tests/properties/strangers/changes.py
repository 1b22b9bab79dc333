"""One thing that a stranger has done: a field, a whole log, a document or a private file is not what it was."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.properties.strangers import logs, treatments
from tests.properties.strangers.hostile import Hostile
from tests.properties.strangers.junk import JUNK
from tests.properties.strangers.scene import OWN, TRACKED, Scene
from tests.properties.strangers.story import STRANGER, Json, Tale, find, lines_of, put, spots, tell

REMOTE = f"refs/okstra/remote/origin/{STRANGER}"
TALES = (Tale("shop/web/theirs"), Tale("shop/web/theirs"), Tale(OWN, 10), Tale(OWN, 0))
OBJECTS = ("head", "head_tree", "base_tree", "commit", "tree", "old", "landed", "recorded")

_OBJECT, _NAME, _NUMBER = (
    ("id-", "option", "number-digits", "null"),
    ("name", "shell", "option", "terminal"),
    ("number",),
)
_PATH, _WORD = (
    ("path", "option", "shell-branch", "terminal-nul", "link"),
    ("scope", "group", "run", "word", "task", "text"),
)
AKIN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*OBJECTS, "base", "head_tree", "parents", "blob", "carry", "archive", "plan"), _OBJECT),
    **dict.fromkeys(("branch", "ref", "base_ref", "target", "found_by"), _NAME),
    **dict.fromkeys(
        ("clock", "seq", "v", "stage", "stages", "pid", "born", "commits", "path_count", "numbers"), _NUMBER
    ),
    **dict.fromkeys(("worktree", "path", "paths", "folder", "instruction_set", "report", "data", "files"), _PATH),
    **dict.fromkeys(("scope", "group", "run", "task", "id", "writer", "type", "nonce", "task_type"), _WORD),
    **dict.fromkeys(("at", "time", "born"), ("time", "number")),
}
"""Field -> beginnings of the names of values that come near to what belongs there."""


CUT = "https://github.com/libgit2/libgit2/issues/7342"
"""libgit2 before the change that closed this reads a cut loose object for ever, so objects are not cut here."""


@dataclass
class Change:
    """What was done, in words; `told` has to stand in what fsck says, `texts` are the hostile words in it.

    `keeps_own`: our own log and its journal are as they were, so everything derived from them has to be right.
    """

    said: str
    tale: Tale = TALES[0]
    told: str = ""
    texts: list[str] = field(default_factory=list)
    keeps_own: bool = True
    papers: list[str] = field(default_factory=list)


def change_field(scene: Scene, random: Random) -> Change:
    """Values of some events are others: one, or up to six."""
    tale = random.choice(TALES)
    sound = tell(scene, tale)
    events = list(sound)
    values: dict[str, Hostile] = {}
    said, odd = [], []
    for turn in range(random.choice((1, 1, 2, 4, 6))):
        number = random.randrange(len(events))
        way = random.choice(spots(sound[number]))
        mark, value = f"@@{turn}@@", _draw_value(scene, random, way)
        values[mark] = value
        try:
            events[number] = put(events[number], way, mark)
        except (KeyError, TypeError, IndexError, AttributeError):
            continue  # the second value would stand in what the first one replaced
        kind = sound[number]["fact"]["type"]
        said.append(f"{kind} {'.'.join(map(str, way))} = {value.name}")
        odd.append(_is_broken(way, value))
    lines = [_fill(line, values) for line in lines_of(events)]
    told = REMOTE if any(odd) and not any(".type = " in each for each in said) else ""  # other types are left alone
    return _write(scene, tale, lines, f"{tale}: {'; '.join(said)}", told=told, values=values)


def _draw_value(scene: Scene, random: Random, way: tuple[str | int, ...]) -> Hostile:
    """A hostile value, more often than not one that is akin to what belongs there."""
    every = scene.places.values
    if random.random() < 0.4:
        return random.choice(every)
    names = [word for word in map(str, way) if word in AKIN]
    kinds = AKIN[names[-1]] if names else ("shell", "terminal", "text", "raw", "list", "null", "object")
    return random.choice([value for value in every if value.name.startswith(kinds)])


def _fill(line: bytes, values: dict[str, Hostile]) -> bytes:
    for mark, value in values.items():
        line = line.replace(b'"' + mark.encode() + b'"', value.raw)
    return line


def _write(scene: Scene, tale: Tale, lines: list[bytes], said: str, *, told: str, values: dict[str, Hostile]) -> Change:
    logs.write_log(scene.repository, REMOTE, logs.log_files({tale.task: lines}))
    texts = [value.text for value in values.values() if value.text]
    return Change(said, tale, told=told, texts=texts)


def _is_broken(way: tuple[str | int, ...], value: Hostile) -> bool:
    """Whether the line can surely not be taken as it is, whatever the grammar of the field allows."""
    if value.name == "raw-twice":
        return False  # a key that stands there twice has the value that comes last
    try:
        found = json.loads(value.raw.decode())
    except (ValueError, RecursionError):
        return True
    if way[-1] in OBJECTS and "author" not in way:
        return value.text is None or not (len(value.text) == 40 and set(value.text) <= set("0123456789abcdef"))
    if way == ("at",):
        return not isinstance(found, int | float) and value.name not in ("time-offset", "time-ahead", "time-date")
    if way == ("writer",):
        return value.text != STRANGER
    return value.text is not None and "\0" in value.text


def change_log(scene: Scene, random: Random) -> Change:
    """A whole log is damaged, or no log at all."""
    name = random.choice(sorted(JUNK))
    tale = random.choice(TALES)
    told = JUNK[name](scene, random, tale, REMOTE)
    return Change(f"log {name} ({tale})", tale, told=told)


def change_own_log(scene: Scene, random: Random) -> Change:
    """An event of our own log is another one, in the journal too or not.

    Where this clone says that it made a worktree, it is looked at, so that no other place is put there.
    """
    ref = f"refs/okstra/log/{scene.writer}"
    events: list[Json] = list(scene.events)
    number = random.randrange(len(events))
    way = random.choice(spots(events[number]))
    value = random.choice([each for each in scene.places.values if way[-1] != "worktree" or each.name[:5] != "path-"])
    said = f"own {events[number]['fact']['type']} {'.'.join(map(str, way))} = {value.name}"
    events[number] = put(events[number], way, "@@0@@")
    lines = [_fill(line, {"@@0@@": value}) for line in lines_of(events)]
    head = b'{"okstra-log": 1, "clock": %d, "seq": %d}\n' % (len(lines), len(lines))
    tip = logs.write_log(scene.repository, ref, logs.log_files({OWN: lines}, head))
    if with_journal := random.random() < 0.7:
        journal = scene.private / "journal" / f"{scene.writer}.jsonl"
        journal.write_bytes(b"\n".join(lines) + b"\n# " + tip.encode() + b"\n")
    texts = [value.text] if value.text else []
    return Change(f"{said}{' and journal' if with_journal else ''}", texts=texts, keeps_own=False)


def change_document(scene: Scene, random: Random) -> Change:
    """A document below .okstra/ is another one, or leads elsewhere, or is not a file."""
    return _change_file(scene, random, scene.documents, scene.outside / "mirror")


def change_private(scene: Scene, random: Random) -> Change:
    """The same with a file of okstra's own in the git directory, or one that a hook would have left there."""
    spool = scene.private / "spool"
    if random.random() < 0.2:
        spool.mkdir(exist_ok=True)
        (spool / "1-2.post-rewrite").write_bytes(_spooled(scene))
    if random.random() < 0.2:
        (scene.private / "cache").joinpath("fold").unlink(missing_ok=True)
    made = _change_file(scene, random, scene.private, scene.outside / "private")
    made.papers = []
    made.keeps_own = not any(name in made.said for name in ("journal", "writer", "lock"))
    return made


def change_tracked(scene: Scene, random: Random) -> Change:
    """The same with what a commit holds beside .okstra/, and with what lies in okstra's worktrees."""
    path = Path(random.choice(list(TRACKED)))
    if random.random() < 0.2:
        return _change_content(scene, random, scene.repository, str(path))
    place = Path(*path.parts[: random.randint(1, len(path.parts))])
    treat = random.choice(sorted(treatments.TREATMENTS))
    folder, mirror = scene.repository, scene.outside / "tracked"
    if random.random() < 0.3:
        folder = scene.base / "worktrees/shop/web/login" / random.choice(("stage-4", "group-1-2"))
        place, mirror = Path(random.choice(("README", ".okstra"))), scene.outside / "repository"
    treatments.TREATMENTS[treat](folder / place, mirror / place)
    return Change(f"tracked: {folder.name}/{place} {treat}")


def change_object(scene: Scene, random: Random) -> Change:
    """An object of git's is missing, empty, cut or another one."""
    name = random.choice([name for name, oid in scene.ids.items() if len(oid) == len("0" * 40)])
    oid = scene.ids[name]
    path = scene.repository / ".git/objects" / oid[:2] / oid[2:]
    other = scene.ids[random.choice(("own", "tree", "blob"))]
    treat = random.choice(("gone", "empty", "binary", "folder", "link-to-itself", "another"))  # not "cut": see CUT
    path.chmod(0o644)
    if treat == "another":
        path.write_bytes((scene.repository / ".git/objects" / other[:2] / other[2:]).read_bytes())
    else:
        treatments.TREATMENTS[treat](path, scene.outside)
    return Change(f"object {name} {treat}", keeps_own=False)


def _spooled(scene: Scene) -> bytes:
    pair = f"{scene.ids['own']} {scene.ids['head']}"
    return f"okstra-spool 1 rebase\nin {scene.repository}/.git\n{pair}\n{pair} amend\nend\n".encode()


def _change_file(scene: Scene, random: Random, folder: Path, mirror: Path) -> Change:
    path = random.choice([name for name in find(folder) if "/templates/" not in name])
    if random.random() < 0.5:
        return _change_content(scene, random, folder, path)
    treat = random.choice(sorted(treatments.TREATMENTS))
    parts = Path(path).parts
    place = Path(*parts[: random.randint(1, len(parts))]) if random.random() < 0.3 else Path(path)
    if folder == scene.documents and random.random() < 0.03:
        place = Path()
    treatments.TREATMENTS[treat](folder / place, mirror / place)
    return Change(
        f"{folder.name}: {place} {treat}", papers=[".okstra/plan.md"] if str(place) != "plan.md" else ["README"]
    )


def _change_content(scene: Scene, random: Random, folder: Path, path: str) -> Change:
    value = random.choice(scene.places.values)
    data = (folder / path).read_bytes()
    written, where = _with(data, value, random)
    (folder / path).write_bytes(written)
    return Change(f"{folder.name}: {path} {where} = {value.name}", texts=[value.text] if value.text else [],
                  papers=[f"{folder.name}/{path}"])  # fmt: skip


def _with(data: bytes, value: Hostile, random: Random) -> tuple[bytes, str]:
    """The content with the value somewhere in it: at a place of a JSON document, in a line of any other one."""
    try:
        document: Any = json.loads(data)
        way = random.choice(spots(document))
    except (ValueError, IndexError):
        return _in_a_line(data, value, random)
    made = json.dumps(put(document, way, "@@0@@")).encode()
    return _fill(made, {"@@0@@": value}), ".".join(map(str, way))


def _in_a_line(data: bytes, value: Hostile, random: Random) -> tuple[bytes, str]:
    text = value.text.encode(errors="surrogatepass") if value.text is not None else value.raw
    lines = data.split(b"\n")
    number = random.randrange(len(lines))
    head, colon, _ = lines[number].partition(random.choice((b":", b" ", b'":', b"|")))
    how: Callable[[], bytes] = random.choice(
        (lambda: text, lambda: head + colon + b" " + text, lambda: lines[number] + text, lambda: text + b"\n" + head)
    )
    lines[number] = how()
    return b"\n".join(lines), f"line {number + 1}"


FAMILIES: dict[str, tuple[int, Callable[[Scene, Random], Change]]] = {
    "field": (45, change_field),
    "log": (12, change_log),
    "own": (5, change_own_log),
    "document": (20, change_document),
    "private": (12, change_private),
    "tracked": (6, change_tracked),
    "object": (5, change_object),
}
"""Name -> how often it is drawn, and what it does."""


def draw(scene: Scene, random: Random, family: str = "") -> Change:
    """A change of this kind of things, or of any."""
    names = list(FAMILIES)
    chosen = family or random.choices(names, [FAMILIES[name][0] for name in names])[0]
    return FAMILIES[chosen][1](scene, random)
