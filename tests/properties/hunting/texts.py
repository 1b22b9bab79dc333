"""The files that a task begins with: programs and lists in which the same lines come again and again."""

from random import Random

from tests.properties.hunting.values import FILE, LINK, MODULE, PROGRAM, Entry, Tree

VERBS = ("get", "put", "list", "drop", "move", "copy", "scan", "pack", "send", "read")
PLACES = ("eu", "us", "asia", "test", "stage", "live", "old", "new")


def begin_tree(random: Random) -> Tree:
    """A small program with its settings: blocks that are all alike, some text, and one file of each odd kind."""
    tree = {
        "app/handlers.py": Entry(FILE, handlers(random)),
        "app/steps.txt": Entry(FILE, steps(random)),
        "conf/servers.ini": Entry(FILE, servers(random)),
        "conf/flags": Entry(FILE, b"# flags\nspeed = slow\n\nmode = off\n\ncolour = grey\n\ndepth = 3\n"),
        "docs/notes.md": Entry(FILE, notes(random, 14)),
        "docs/guide.md": Entry(FILE, notes(random, 18)),
        "lib/store.py": Entry(FILE, handlers(random)),
        "logo.bin": Entry(FILE, bytes([0, 1, 2, random.randrange(256)]) * 9),
        "run": Entry(PROGRAM, b'#!/bin/sh\nset -e\nexec app "$@"\n'),
        "latest": Entry(LINK, b"docs/notes.md"),
    }
    if random.random() < 0.3:
        tree["vendor/part"] = Entry(MODULE, b"%040x" % random.getrandbits(150))
    return tree


def handlers(random: Random) -> bytes:
    """Functions with equal bodies and different names."""
    body = "    check(request)\n    value = load(request)\n    if value is None:\n        raise Missing(request)\n"
    parts = [f"def {verb}(request):\n{body}    return value\n" for verb in random.sample(VERBS, random.randint(3, 6))]
    return "\n\n".join(["import store\n", *parts]).encode()


def servers(random: Random) -> bytes:
    """Sections with equal keys and values."""
    body = "host = localhost\nport = 80\ntimeout = 30\nretry = 3\n"
    return "\n".join(f"[{place}]\n{body}" for place in random.sample(PLACES, random.randint(3, 6))).encode()


def steps(random: Random) -> bytes:
    """Blocks that are the same to the last letter."""
    return b"begin\n  open\n  work\n  close\nend\n" * random.randint(4, 8)


def notes(random: Random, lines: int) -> bytes:
    """Lines none of which is like another."""
    return "".join(f"note {number} about {random.choice(VERBS)} {number * 7}\n" for number in range(lines)).encode()
