"""Whole logs that are damaged, forged or no logs at all; each says what fsck has to name, if anything."""

import json
from collections.abc import Callable
from hashlib import sha256
from random import Random

from tests.properties.strangers import logs
from tests.properties.strangers.logs import set_ref, write_commit, write_object, write_tree
from tests.properties.strangers.scene import Scene
from tests.properties.strangers.story import STRANGER, Tale, lines_of, tell

Make = Callable[[Scene, Random, Tale, str], str]
JUNK: dict[str, Make] = {}
REFS = (
    "stage/shop/web/login/1", "stage/shop/web/login/x", "stage/x", "stage/shop/web/login/1/2", "anchor/shop/web/login",
    "anchor/a/b", "keep/" + "1" * 40, "keep/junk", "snapshot/01M8NJ4KAAAAAAAAAAAAAAAAAA", "snapshot/junk",
    "group/shop/web/login/1-2", "verification/shop/web/login/x", "odd",
    "checked/x", "checked/" + "1" * 40,
)  # fmt: skip
"""Names below refs/okstra/ where okstra has refs of its own, or could."""


def _junk(make: Make) -> Make:
    JUNK[make.__name__.strip("_").replace("_", "-")] = make
    return make


def _lines(scene: Scene, tale: Tale) -> list[bytes]:
    return lines_of(tell(scene, tale))


@_junk
def sound(scene: Scene, _: Random, tale: Tale, ref: str) -> str:
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}))
    return ""


@_junk
def head_field(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """One number of the `format` is a hostile value."""
    value = random.choice(scene.places.values)
    numbers = {"okstra-log": b"1", "clock": b"990", "seq": b"90"}
    numbers[random.choice(list(numbers))] = value.raw
    head = b"{" + b",".join(b'"%s": %s' % (name.encode(), raw) for name, raw in numbers.items()) + b"}\n"
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}, head))
    return "" if _counts(head) else ref


def _counts(head: bytes) -> bool:
    try:
        return all(isinstance(number, int | float) for number in json.loads(head.decode()).values())
    except (ValueError, RecursionError):
        return False


@_junk
def head_junk(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    head = random.choice((b"", b"\0" * 100, b"[]", b"null", b"{", b"1" * 5000, b'{"okstra-log": 1}', b"\xff\xfe{"))
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}, head))
    return ref


@_junk
def lines_junk(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """Lines that are none among those that are sound."""
    odd = (b"\0", b"null", b"[]", b"{}", b"{" * 60_000, b"\xff\xfe", b"1", b'"x"', b'{"fact": 1}', b"x" * 3_000_000,
           b'{"v": 1, "fact": {"type": "task.opened"}}', b'{"id": 1, "fact": {"type": []}}')  # fmt: skip
    said = [*_lines(scene, tale)]
    for _ in range(random.randint(1, 3)):
        said.insert(random.randrange(len(said)), random.choice(odd))
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: said}))
    return ref


@_junk
def lines_joined(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    joint = random.choice((b" ", b"\r\n", b",", b"\r", b"\n\n\n", b"\xef\xbb\xbf\n", "\u2028".encode()))
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: [joint.join(_lines(scene, tale))]}))
    return "" if b"\n" in joint and joint != b"\xef\xbb\xbf\n" else ref


@_junk
def lines_shuffled(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    said = _lines(scene, tale) * random.randint(1, 3)
    random.shuffle(said)
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: said[: random.randrange(1, len(said))]}))
    return ""


@_junk
def of_another_task(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    other = random.choice(("shop/web/other", "x/y/z", "shop/web", "a/b/c/d", "../web/login", "-a/--b/c", "A b/\x1b/ü"))
    logs.write_log(scene.repository, ref, logs.log_files({other: _lines(scene, tale)}))
    return ""


@_junk
def ids_of_ours(scene: Scene, _: Random, tale: Tale, ref: str) -> str:
    """Events with the ids of our own; of two writers, so each stands for itself."""
    said = [{**event, "id": own["id"]} for event, own in zip(tell(scene, tale), scene.events, strict=False)]
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: lines_of(said)}))
    return ""


@_junk
def two_tongues(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """One writer's log, fetched from two remotes, says two things under the same ids."""
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}))
    said = tell(scene, tale)
    random.shuffle(said)
    other = [{**event, "id": each["id"]} for event, each in zip(tell(scene, tale), said, strict=True)]
    copy = ref.replace("/origin/", "/fork/")
    logs.write_log(scene.repository, copy, logs.log_files({tale.task: lines_of(other)}))
    return "log.same-id"


@_junk
def name_of_ours(scene: Scene, _: Random, tale: Tale, ref: str) -> str:
    said = [{**event, "writer": scene.writer, "by": "Ada Tester <ada@example.org>"} for event in tell(scene, tale)]
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: lines_of(said)}))
    return ref


@_junk
def entries_odd(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """A tree with entries that git would not make."""
    repository = scene.repository
    entries = logs.write_files(repository, logs.log_files({tale.task: _lines(scene, tale)}))
    blob = write_object(repository, "blob", b"/etc/passwd")
    mode = random.choice(("120000", "160000", "100755", "40000", "100664", "0", "777777"))
    name = random.choice(("format", "tasks", "archive", "..", ".git", "a/b", "", "events.jsonl", "x" * 5000, "\x1b[2J"))
    where = random.choice(("first", "last", "instead"))
    odd = (mode, name, random.choice((blob, "1" * 40, entries[-1][2], scene.ids["head"])))
    kept = [entry for entry in entries if where != "instead" or entry[1] != name]
    made = [odd, *kept] if where == "first" else [*kept, odd]
    set_ref(repository, ref, write_commit(repository, write_tree(repository, made)).encode() + b"\n")
    return ""


@_junk
def file_odd(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """Where the events should be stands something else."""
    repository = scene.repository
    blob = write_object(repository, "blob", b"\n".join(_lines(scene, tale)))
    kind, oid = random.choice((("120000", blob), ("160000", blob), ("40000", blob), ("100644", "1" * 40),
                               ("40000", "1" * 40), ("100644", scene.ids["tree"]), ("100755", blob)))  # fmt: skip
    tree = write_tree(repository, [(kind, "events.jsonl", oid)])
    for name in reversed(tale.task.split("/")):
        tree = write_tree(repository, [("40000", name, tree)])
    head = write_object(repository, "blob", logs.FORMAT)
    whole = write_tree(repository, [("100644", "format", head), ("40000", "tasks", tree)])
    set_ref(repository, ref, write_commit(repository, whole).encode() + b"\n")
    return "" if oid == blob or kind == "40000" else ref  # modes change nothing, and a folder is none of the files


@_junk
def ref_odd(scene: Scene, random: Random, _: Tale, ref: str) -> str:
    """The ref leads to something that is not a log, or to nothing."""
    repository, ids = scene.repository, scene.ids
    content = random.choice((
        ids["tree"].encode(), ids["blob"].encode(), ids["tag"].encode(), ids["head"].encode(), b"1" * 40, b"0" * 40,
        b"", b"garbage", b"ref: refs/heads/main", b"ref: " + ref.encode(), b"ref: refs/heads/none", b"\0" * 41,
        b"ref: ../../../outside/diary.txt", ids["head"].encode() + b" x", b"x" * 100_000,
        write_commit(repository, "1" * 40).encode(), write_object(repository, "commit", b"junk").encode(),
        write_object(repository, "commit", b"").encode(),
    ))  # fmt: skip
    set_ref(repository, ref, content + b"\n")
    return ref if b"refs/heads/none" not in content and b"outside" not in content else ""


@_junk
def ref_name_odd(scene: Scene, random: Random, tale: Tale, _: str) -> str:
    """A sound log under a name that is none of a writer."""
    name = random.choice(("junk", "7zzzzzzzzzzzzzzzzzzzzzzzzz", "a;touch${IFS}x", "--all", "x/y/z", "\x9b31m", "$(x)",
                          scene.writer, "\u202exyz", "W" * 200, "-", "deep/" * 20 + "x"))  # fmt: skip
    where = random.choice(
        ("refs/okstra/remote/origin/", "refs/okstra/remote/o;x/", "refs/okstra/remote/", "refs/okstra/log/")
    )
    if where.endswith("log/") and name == scene.writer:
        where = "refs/okstra/remote/origin/"
    logs.write_log(scene.repository, where + name, logs.log_files({tale.task: _lines(scene, tale)}))
    return ""


@_junk
def other_refs(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """Refs of other kinds below refs/okstra/, and notes, with names and contents of a stranger's choice."""
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}))
    oid = random.choice((scene.ids["head"], scene.ids["tree"], scene.ids["blob"], "1" * 40, "junk"))
    name = random.choice(REFS)
    place = scene.repository / ".git/refs/okstra" / name
    if not place.is_dir() and not place.parent.is_file():
        set_ref(scene.repository, f"refs/okstra/{name}", oid.encode() + b"\n")
    if random.random() < 0.3:
        set_ref(scene.repository, "refs/notes/okstra", oid.encode() + b"\n")
    return ""


@_junk
def record_of_a_tree(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """A record of a command that was run on a tree, under its true digest, with a hostile value in one field."""
    logs.write_log(scene.repository, ref, logs.log_files({tale.task: _lines(scene, tale)}))
    tree = scene.ids[random.choice(("tree", "base-tree", "own-tree"))]
    facts: dict[str, object] = {
        "type": "check", "v": 1, "tree": tree, "name": "default", "command": "true", "command_digest": "0" * 64,
        "exit_code": 0, "inputs": [], "claimed": False, "in_place": False, "milliseconds": 1, "output_digest": None,
        "output_size": 0, "at": "2023-11-16T00:00:00.000Z", "clock": 1, "writer": STRANGER, "by": "Eve",
    }  # fmt: skip
    raw = {name: json.dumps(value).encode() for name, value in facts.items()}
    value = random.choice(scene.places.values).raw
    field = random.choice(list(facts))
    raw[field] = b'[{"kind":"file","name":%s,"digest":"%s"}]' % (value, b"0" * 64) if field == "inputs" else value
    line = b"{" + b",".join(b'"%s":%s' % (name.encode(), each) for name, each in raw.items()) + b"}\n"
    blob = write_object(scene.repository, "blob", line)
    set_ref(scene.repository, f"refs/okstra/checked/{tree}/{sha256(line).hexdigest()}", blob.encode() + b"\n")
    return ""


@_junk
def archive_odd(scene: Scene, random: Random, tale: Tale, ref: str) -> str:
    """Archives of runs whose index and names are hostile."""
    value = random.choice(scene.places.values)
    files = logs.log_files({tale.task: _lines(scene, tale)})
    index = (
        b'{"files": [{"path": %s, "bytes": 1, "stored": 1, "cut": false, "redacted": {}}], "left_out": []}' % value.raw
    )
    from tests.properties.strangers.story import RUNS

    name = random.choice(("x.md", "a/../b", "\x1b[2J.md", "..", "INDEX.json/x", ".git/config"))
    files |= {f"archive/{run}/INDEX.json": index for run in RUNS}
    files |= {f"archive/{RUNS[0]}/{name}": b"\x1b]0;owned\x07\x9b31m\x00\xff"}
    logs.write_log(scene.repository, ref, files)
    return ""
