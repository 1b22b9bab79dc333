"""What one commit does to a tree: every kind of edit that people make, chosen by a random number."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.properties.hunting.values import FILE, LINK, MODULE, PROGRAM, Entry, Tree


@dataclass
class Desk:
    """An edit under way: the files as they are now, what was renamed, and words that nobody used before."""

    random: Random
    files: dict[str, Entry]
    serial: int
    only: frozenset[str] = frozenset()
    renames: dict[str, str] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """Paths of text files, those of `only` if there are any."""
        found = [p for p, e in self.files.items() if e.mode in (FILE, PROGRAM) and b"\0" not in e.data and e.data]
        return [path for path in found if path in self.only] or found

    def text(self) -> str:
        return self.random.choice(sorted(self.texts()))

    def lines(self, path: str) -> list[bytes]:
        return self.files[path].data.splitlines(keepends=True)

    def write(self, path: str, lines: list[bytes]) -> None:
        self.files[path] = Entry(self.files[path].mode, b"".join(lines))

    def word(self) -> bytes:
        return b"word %d" % self.serial


def edit(random: Random, tree: Tree, serial: int, *, kind: str = "", only: frozenset[str] = frozenset()) -> Desk:
    """The tree after an edit, of this kind if it is possible here; `only` = paths to prefer."""
    desk = Desk(random, dict(tree), serial, only)
    chosen = kind or random.choices(list(KINDS), weights=[weight for weight, _ in KINDS.values()])[0]
    KINDS[chosen][1](desk)
    if desk.files == tree:
        insert(desk)
    return desk


def insert(desk: Desk) -> None:
    path = desk.text()
    lines = desk.lines(path)
    lines.insert(desk.random.randint(0, len(lines)), desk.word() + b"\n")
    desk.write(path, _ended(lines))


def replace_line(desk: Desk) -> None:
    path = desk.text()
    lines = desk.lines(path)
    at = desk.random.randrange(len(lines))
    lines[at] = lines[at].rstrip(b"\r\n") + b" " + desk.word() + b"\n"
    desk.write(path, lines)


def delete_lines(desk: Desk) -> None:
    path = desk.text()
    lines = desk.lines(path)
    if len(lines) > 6:
        at = desk.random.randrange(len(lines) - 2)
        del lines[at : at + desk.random.randint(1, 2)]
        desk.write(path, lines)


def block_line(desk: Desk) -> None:
    """A line that stands in every block, changed in one of them to what others make of it as well."""
    path = desk.random.choice(["app/handlers.py", "conf/servers.ini", "app/steps.txt", "lib/store.py"])
    old, new = desk.random.choice(
        [
            (b"    value = load(request)\n", b"    value = fetch(request)\n"),
            (b"    check(request)\n", b"    check(request)\n    trace(request)\n"),
            (b"timeout = 30\n", b"timeout = 60\n"),
            (b"port = 80\n", b"port = 80\ntls = on\n"),
            (b"  work\n", b"  work hard\n"),
            (b"  close\n", b""),
        ]
    )
    places = [n for n, line in enumerate(desk.lines(path)) if line == old] if path in desk.files else []
    if places:
        lines = desk.lines(path)
        lines[desk.random.choice(places)] = new
        desk.write(path, lines)


def append(desk: Desk) -> None:
    path = desk.text()
    desk.write(path, [*_ended(desk.lines(path)), desk.word() + b"\n"])


def new_file(desk: Desk) -> None:
    words = b"".join(b"line %d of %d\n" % (n, desk.serial) for n in range(desk.random.randint(1, 9)))
    desk.files[f"new/f{desk.serial}.txt"] = Entry(FILE, words)


def delete_file(desk: Desk) -> None:
    if len(desk.texts()) > 4:
        del desk.files[desk.text()]


def indent(desk: Desk) -> None:
    path = desk.text()
    lines = desk.lines(path)
    at = desk.random.randrange(len(lines))
    lines[at] = b"  " + lines[at]
    desk.write(path, lines)


def line_ends(desk: Desk) -> None:
    path = desk.text()
    data = desk.files[path].data
    other = data.replace(b"\r\n", b"\n") if b"\r\n" in data else data.replace(b"\n", b"\r\n")
    desk.files[path] = Entry(desk.files[path].mode, other)


def mode(desk: Desk) -> None:
    path = desk.text()
    entry = desk.files[path]
    desk.files[path] = Entry(FILE if entry.mode == PROGRAM else PROGRAM, entry.data)


def binary(desk: Desk) -> None:
    desk.files["logo.bin"] = Entry(FILE, b"\0\1" + desk.word() * 3)


def link(desk: Desk) -> None:
    desk.files["latest"] = Entry(LINK, desk.random.choice([b"docs/guide.md", b"README", desk.word()]))


def submodule(desk: Desk) -> None:
    desk.files["vendor/part"] = Entry(MODULE, b"%040x" % (desk.serial * 7919 + 1))


def rename(desk: Desk) -> None:
    path = desk.text()
    _move(desk, path, f"{path.rpartition('/')[0] or 'top'}/r{desk.serial}-{path.rpartition('/')[2][-12:]}")


def rename_case(desk: Desk) -> None:
    path = desk.text()
    _move(desk, path, path.swapcase())


def _move(desk: Desk, old: str, new: str) -> None:
    if new not in desk.files and len(desk.files[old].data) > 40:
        desk.files[new] = desk.files.pop(old)
        desk.renames[old] = new


def move_code(desk: Desk) -> None:
    """Lines taken out of one file and put at the end of another."""
    path, other = desk.text(), desk.text()
    lines = desk.lines(path)
    if path != other and len(lines) > 6:
        at = desk.random.randrange(len(lines) - 3)
        moved = _ended(lines[at : at + 2])
        del lines[at : at + 2]
        desk.write(path, lines)
        desk.write(other, [*_ended(desk.lines(other)), *moved])


def move_lines(desk: Desk) -> None:
    """A line put elsewhere in its file."""
    path = desk.text()
    lines = _ended(desk.lines(path))
    if len(lines) > 6:
        taken = lines.pop(desk.random.randrange(len(lines)))
        lines.insert(desk.random.randrange(len(lines)), taken)
        desk.write(path, lines)


def toggle(desk: Desk) -> None:
    """A switch put over, so that sooner or later it is again as it was."""
    if "conf/flags" in desk.files:
        text = desk.files["conf/flags"].data
        other = text.replace(b"mode = off", b"mode = on") if b"mode = off" in text else text.replace(
            b"mode = on", b"mode = off")  # fmt: skip
        desk.files["conf/flags"] = Entry(desk.files["conf/flags"].mode, other)


def third_value(desk: Desk) -> None:
    """The switch of `toggle` on something else."""
    if "conf/flags" in desk.files:
        text = desk.files["conf/flags"].data
        for value in (b"mode = off", b"mode = on"):
            text = text.replace(value + b"\n", b"mode = auto\n")
        desk.files["conf/flags"] = Entry(desk.files["conf/flags"].mode, text)


def _ended(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1] if lines[-1].endswith(b"\n") else lines[-1] + b"\n"] if lines else []


KINDS: dict[str, tuple[int, Callable[[Desk], None]]] = {
    "insert": (16, insert),
    "replace": (14, replace_line),
    "delete": (5, delete_lines),
    "block": (14, block_line),
    "append": (5, append),
    "new file": (8, new_file),
    "delete file": (1, delete_file),
    "indent": (3, indent),
    "line ends": (2, line_ends),
    "mode": (3, mode),
    "binary": (2, binary),
    "link": (2, link),
    "submodule": (2, submodule),
    "rename": (4, rename),
    "case": (1, rename_case),
    "move code": (5, move_code),
    "move lines": (4, move_lines),
    "toggle": (7, toggle),
    "third value": (2, third_value),
}


def misplace(random: Random, before: Tree, after: Tree) -> Tree | None:
    """`after` with a changed line changed in another place that looks the same; None where there is none."""
    for path in sorted(before.keys() & after.keys()):
        old, new = before[path].data.splitlines(keepends=True), after[path].data.splitlines(keepends=True)
        if before[path] == after[path] or len(old) != len(new):
            continue
        changed = [n for n, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
        if len(changed) == 1:
            others = [n for n, line in enumerate(old) if line == old[changed[0]] and n != changed[0]]
            if others:
                old[random.choice(others)] = new[changed[0]]
                return {**after, path: Entry(after[path].mode, b"".join(old))}
    return None
