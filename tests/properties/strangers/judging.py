"""What must hold after every command and at the end of every case; each breach is a finding with a kind."""

import json
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.kit.answers import Answer
from tests.properties.strangers.hostile import CANARY
from tests.properties.strangers.scene import MARKER, OWN, Scene
from tests.properties.strangers.watching import Started, options_among

_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal may obey, or a reader be deceived by; tabs and line breaks may be printed."""

_PLACE = re.compile(r'File "[^"]*/(okstra_(?:git|cli)/[^"]+)", line (\d+), in (\S+)')


@dataclass(frozen=True)
class Finding:
    """A breach: its kind, what tells it from others of the kind, and a sentence or two."""

    kind: str
    sign: str
    told: str


def judge_answer(scene: Scene, words: Sequence[str], answer: Answer, *, terminal: bool) -> list[Finding]:
    """What is wrong with an answer as it stands."""
    said = answer.out + answer.err
    found = [*_crash(scene, said), *_form(words, answer, terminal=terminal), *_lines_to_paste(said)]
    if MARKER in said:
        found.append(Finding("leak", f"output of {' '.join(words[:2])}", _around(said, MARKER)))
    return found


def _crash(scene: Scene, said: str) -> list[Finding]:
    if "a bug in okstra" not in said and '"internal"' not in said and "Traceback (most" not in said:
        return []
    report = re.search(r"bug-[\w.]+-\d+\.txt", said)
    trace = said
    if report:
        for folder in (scene.private, Path("/tmp")):
            if (folder / report[0]).is_file():
                trace = (folder / report[0]).read_text(errors="replace")
    places = _PLACE.findall(trace)
    last = trace.strip().splitlines()[-1][:200] if trace.strip() else ""
    where = " < ".join(f"{path}:{line} {name}" for path, line, name in reversed(places[-3:]))
    return [Finding("internal", f"{last.partition(':')[0]} {where}", last)]


def _form(words: Sequence[str], answer: Answer, *, terminal: bool) -> list[Finding]:
    found = []
    if answer.exit not in (0, 1, 2, 129):
        found.append(Finding("status", f"{answer.exit} {' '.join(words[:2])}", answer.err[-300:]))
    if terminal and (raw := _RAW.search(answer.out)):
        place = " ".join(words[:3] if words[0] != "brief" else words[:2])
        found.append(Finding("terminal", f"{place} {raw[0]!r}", _around(answer.out, raw[0])))
    if "--json" in words and "--text" not in words:
        try:
            json.loads(answer.out)
        except ValueError as error:
            found.append(Finding("json", " ".join(words[:2]), f"{error}: {answer.out[:200]!r}"))
    return found


def _lines_to_paste(said: str) -> Iterable[Finding]:
    """Offered command lines in which a hostile word would be run; JSON strings are looked at as they are meant."""
    for text in _texts(said):
        for place in re.finditer(r"\b(?:git okstra|okstra|git|gh|claude) [^\n]*touch[ $][^\n]*" + CANARY, text):
            if runs_in_a_shell(place[0], "touch"):
                yield Finding("paste", re.sub(r"touch.*", "", place[0])[:60], place[0][:300])


def _texts(said: str) -> list[str]:
    try:
        return _strings(json.loads(said.partition("\n")[0]))
    except (ValueError, RecursionError):
        return said.split("\n")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return value.split("\n")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _strings(each)]


def runs_in_a_shell(line: str, word: str) -> bool:
    """Whether a POSIX shell that is given the line would run `word`, which stands in it somewhere as a value."""
    quote, escaped, begins = "", False, False
    for place, letter in enumerate(line):
        if line.startswith(word, place) and begins:
            return True
        if escaped:
            escaped, begins = False, False
        elif quote == "'":
            quote = "" if letter == "'" else quote
        elif letter == "\\":
            escaped = True
        elif letter == "`" or (letter == "(" and line[place - 1 : place] == "$"):
            begins = True
        elif quote == '"':
            quote, begins = ("" if letter == '"' else quote), False
        elif letter in "'\"":
            quote, begins = letter, False
        elif letter in ";|&\n":
            begins = True
        elif letter != " ":
            begins = False
    return False


def judge_started(started: Started, hostile: Sequence[str]) -> list[Finding]:
    """Programs but git, and hostile words that git would take for options."""
    found = [Finding("program", odd.partition(" ")[0], odd) for odd in started.odd]
    found += [Finding("opened", path, f"opened {path}") for path in started.opened]
    for words in started.git:
        for odd in options_among(words, hostile):
            command = next((word for word in words if not word.startswith("-") and "=" not in word), "")
            found.append(Finding("option", f"git {command}", f"{odd[:200]!r} in git {' '.join(words)[-300:]}"))
    return found


def judge_outside(told: Iterable[str], changed: Iterable[str]) -> list[Finding]:
    """Whatever happened in the folder outside."""
    return [
        Finding("outside", "/".join(each.split("/")[:3]), each)
        for each in (*sorted(told), *(f"changed {p}" for p in changed))
    ]


def judge_files(root: Path, paths: Iterable[str], *, but: str = "") -> list[Finding]:
    """The marker in a file that came or changed inside; git's loose objects are looked into."""
    found = []
    for path in paths:
        place = root / path
        if place.is_symlink() or not place.is_file() or place.stat().st_size > 50_000_000:
            continue
        content = place.read_bytes()
        if "/objects/" in f"/{path}":
            content = _inflated(content)
        if MARKER.encode() in content and path != but:
            kind = "object" if "objects/" in path else re.sub(r"\d+", "N", path)
            found.append(Finding("leak", f"file {kind}", f"{root.name}/{path} holds what is outside"))
    return found


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return b""


def judge_derived(scene: Scene, answer: Answer, *, closed: bool) -> list[Finding]:
    """Whether an honest command worked, and what is derived of our own stages is what it has to be.

    `closed`: a stranger may have closed our task, which is their right; then nothing has to be watched.
    """
    if answer.exit != 0:
        code = answer.json["error"]["code"] if answer.out.startswith("{") else answer.err[-100:]
        return [] if code == "format.newer" else [Finding("deaf", f"refused {code}", (answer.out + answer.err)[:400])]
    repository = scene.repository / ".git"
    found = []
    for number, head in scene.heads.items():
        ref = repository / f"refs/okstra/stage/{OWN}/{number}"
        if not ref.is_file() or ref.read_text().strip() != head:
            found.append(Finding("derived", "stage ref", f"{ref.name} is not {head}; {answer.err[-300:]}"))
    if not (repository / f"refs/okstra/keep/{scene.kept}").is_file():
        found.append(Finding("derived", "keep", answer.err[-300:]))
    watch = scene.private / "watch"
    watched = watch.read_text(errors="replace").splitlines() if watch.is_file() else []
    if not closed and any(f"c {head}" not in watched for head in scene.heads.values()):
        found.append(Finding("derived", "watch list", answer.err[-300:]))
    if not (repository / "refs/notes/okstra").is_file():
        found.append(Finding("derived", "notes", answer.err[-300:]))
    return found


def judge_told(told: str, answer: Answer) -> list[Finding]:
    """Whether fsck names what is broken."""
    if told in answer.out + answer.err:
        return []
    what = "nothing is wrong" if answer.exit == 0 else "something else"
    return [Finding("untold", what, f"{told} is not named: {(answer.out + answer.err)[:400]}")]


def _around(text: str, part: str) -> str:
    at = text.index(part)
    return repr(text[max(0, at - 80) : at + 80])
