"""What a stranger may write where a sound value belongs: words, numbers, times and structures, as bytes of JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

CANARY = "CANARY"
"""The name of the file that a hostile line would make if anything ran it."""


@dataclass(frozen=True)
class Hostile:
    """A value: its name, and the JSON that stands for it; `text` is what it says, where it is a string."""

    name: str
    raw: bytes
    text: str | None = None


@dataclass
class Places:
    """What hostile values speak of: a folder that is none of okstra's business, and real ids of the repository."""

    repository: str
    outside: str
    mine: str
    ids: Mapping[str, str]

    @cached_property
    def values(self) -> tuple[Hostile, ...]:
        """Every hostile value, always in the same order."""
        return tuple(_values(self))


def _values(places: Places) -> list[Hostile]:
    words = {**_options(places), **_paths(places), **_shell(places), **_terminal(), **_names(places), **_times()}
    texts = [Hostile(name, json.dumps(text).encode(), text) for name, text in words.items()]
    return [*texts, *(Hostile(name, raw) for name, raw in {**_encodings(), **_numbers(), **_structures()}.items())]


def _options(places: Places) -> dict[str, str]:
    return {
        "option-output-new": f"--output={places.outside}/made",
        "option-output-old": f"--output={places.outside}/diary.txt",
        "option-upload-pack": f"--upload-pack=touch {places.outside}/{CANARY}",
        "option-exec": f"--exec=touch {places.outside}/{CANARY}",
        "option-short": f"-o{places.outside}/made",
        "option-glob": "--glob=refs/okstra/*",
        "option-end": "--",
        "option-dash": "-",
    }


def _paths(places: Places) -> dict[str, str]:
    return {
        "path-file": f"{places.outside}/diary.txt",
        "path-folder": f"{places.outside}/notes",
        "path-brief": f"{places.outside}/mirror/briefs/web/login.md",
        "path-mirror": f"{places.outside}/mirror",
        "path-new": f"{places.outside}/made/deep/file",
        "path-mine": places.mine,
        "path-repository": f"{places.outside}/repository",
        "path-up": "../outside/diary.txt",
        "path-up-folder": "../outside/notes",
        "path-up-inside": ".okstra/../../outside/notes",
        "path-loop": f"{places.repository}/loop",
        "path-loop-short": "loop/x",
        "path-link-out": f"{places.repository}/out",
        "path-link-out-short": "out/one.md",
        "path-link-git": f"{places.repository}/dot-git/config",
        "path-root": "/",
        "path-dot": ".",
        "path-dots": "..",
        "path-git": ".git/config",
        "path-git-folder": ".git",
        "path-zero": "/dev/zero",
        "path-environ": "/proc/self/environ",
        "path-passwd": "/etc/passwd",
        "path-pipe": f"{places.outside}/pipe",
        "path-home": "~/diary.txt",
        "path-long": "a/" * 3000 + "b",
        "path-name-long": "n" * 300,
        "path-backslash": "..\\outside\\diary.txt",
        "path-slashes": "//a///b/",
    }


def _shell(places: Places) -> dict[str, str]:
    touch = f"touch {places.outside}/{CANARY}"
    tight = f"touch${{IFS}}{places.outside}/{CANARY}"
    return {
        "shell-semicolon": f"main; {touch} #",
        "shell-dollar": f"$({touch})",
        "shell-backtick": f"`{touch}`",
        "shell-newline": f"main\n{touch}\n",
        "shell-quote": f"'; {touch}; '",
        "shell-double": f'"; {touch}; "',
        "shell-pipe": f"x|{touch}",
        "shell-and": f"x && {touch} &",
        "shell-branch": f"x;{tight}",
        "shell-branch-tick": f"x`{tight}`",
        "shell-branch-dollar": f"x$({tight})",
        "shell-redirect": f"> {places.outside}/made",
        "shell-glob": "* ? [a-z] ~ {a,b}",
        "jinja": "{{ 7 * 191 }}{% include '/etc/passwd' %}{# x",
        "fence": "```\n# A heading\n````\n<!-- -->\n---\napproved: true\n---\n",
    }


def _terminal() -> dict[str, str]:
    return {
        "terminal-nul": "a\0b",
        "terminal-escape": "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
        "terminal-c1": "\x9b31m\x9d0;owned\x9c",
        "terminal-bidi": "\u202etxt.exe\u202c\u2066\u2069\u200f",
        "terminal-lines": "one\r\ntwo\x0bthree\x0cfour\x85five\u2028six\u2029",
        "terminal-delete": "a\x7f\x08\x08b",
        "terminal-wide": "\uff21\U0001f9d1\u200d\U0001f680\u0301",
        "terminal-tag": "\U000e0041\ufeff\u200b",
        "text-empty": "",
        "text-blank": " \t ",
        "text-digits": "9" * 5000,
        "text-big": "lorem ipsum " * 90_000,
        "text-null": "null",
    }


def _names(places: Places) -> dict[str, str]:
    ids = places.ids
    return {
        "id-missing": "1" * 40,
        "id-zero": "0" * 40,
        "id-upper": ids["head"].upper(),
        "id-short": ids["head"][:12],
        "id-long": ids["head"] + "0" * 24,
        "id-newline": ids["head"] + "\n",
        "id-range": f"{ids['base']}..{ids['head']}",
        "id-not": f"^{ids['head']}",
        **{f"id-{name}": oid for name, oid in ids.items()},
        "name-head": "HEAD",
        "name-previous": "@{-1}",
        "name-search": ":/base",
        "name-full": "refs/heads/main",
        "name-stage-ref": "refs/okstra/stage/shop/web/login/1",
        "name-main": "main",
        "name-tilde": "main~1^{/x}",
        "name-lock": "a.lock",
        "name-dots": "a..b",
        "name-remote": "origin/main",
        "scope-digits": "stage-" + "9" * 5000,
        "scope-negative": "stage--1",
        "scope-odd": "group-../../x",
        "scope-verification": "verification-99999999999999999999",
        "scope-arabic": "stage-\u0663",
        "task-up": "shop/web/../login",
        "task-deep": "shop/web/login/x",
        "task-git": "shop/web/.git",
        "task-lock": "shop/web/x.lock",
        "type-unknown": "stage.eaten",
        "word-status": "abandoned",
        "run-highest": "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "run-odd": "../../../outside",
        "group-long": "-".join(map(str, range(1, 2000))),
    }


def _times() -> dict[str, str]:
    return {
        "time-naive": "2026-11-30T05:00:00",
        "time-far": "9999-12-31T23:59:59.999-14:00",
        "time-first": "0001-01-01T00:00:00+14:00",
        "time-ahead": "2096-11-30T05:00:00Z",
        "time-before": "1969-12-31T23:59:59Z",
        "time-offset": "2026-11-30T05:00:00+23:59",
        "time-digits": "253402300799999",
        "time-date": "2026-11-30",
        "time-leap": "2016-12-31T23:59:60Z",
    }


def _encodings() -> dict[str, bytes]:
    return {
        "raw-surrogate": rb'"\ud800 half"',
        "raw-pair": rb'"\ud83e\uddd1"',
        "raw-latin": b'"caf\xe9"',
        "raw-overlong": b'"\xc0\xaf"',
        "raw-control": b'"a\x01b"',
        "raw-open": b'"no end',
        "raw-comma": b",",
        "raw-twice": b'1,"stage":2',
    }


def _numbers() -> dict[str, bytes]:
    return {
        "number-minus": b"-1",
        "number-zero": b"0",
        "number-one": b"1",
        "number-large": b"100000",
        "number-31": b"2147483648",
        "number-63": b"9223372036854775808",
        "number-64": b"18446744073709551616",
        "number-digits": b"9" * 5000,
        "number-half": b"1.5",
        "number-exponent": b"1e5",
        "number-infinite": b"1e999",
        "number-infinity": b"Infinity",
        "number-nan": b"NaN",
        "number-minus-zero": b"-0.0",
        "number-time": b"1e18",
        "true": b"true",
        "false": b"false",
        "null": b"null",
    }


def _structures() -> dict[str, bytes]:
    return {
        "list-empty": b"[]",
        "list-odd": b'[null, true, -1, "x", [], {}]',
        "list-numbers": b"[-1, 0, 1, 1, 99999999999999999999]",
        "list-words": b'["--all", "../outside", "a\\u0000b", ""]',
        "list-long": b"[" + b",".join(b"%d" % n for n in range(30_000)) + b"]",
        "list-nested": b"[" * 200 + b"]" * 200,
        "list-deep": b"[" * 50_000 + b"]" * 50_000,
        "object-empty": b"{}",
        "object-deep": b'{"a":' * 3000 + b"1" + b"}" * 3000,
        "object-odd": b'{"head": "--all", "path": "../outside/diary.txt", "stage": -1, "__class__": 1, "": null}',
    }
