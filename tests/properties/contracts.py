"""What a range of commits does, told by plain git alone: the oracle of the property tests."""

from tests.kit.scenario import World

SHARED = "shared.txt"
RENAMED = "renamed.txt"
REGIONS = 12

Contract = dict[str, tuple[str, str]]
"""Place -> (before, after), exact bytes as text: a region of the shared file, or any other file as a whole with its
mode. Only places that differ."""


def shared_text(regions: dict[int, str] | None = None) -> str:
    """The shared file: numbered regions, apart by enough unique lines to merge cleanly."""
    parts = []
    for number in range(REGIONS):
        parts.append(f"## {number}\n" + "".join(f"{number} above {n}\n" for n in range(4)))
        parts.append((regions or {}).get(number, "") + "".join(f"{number} below {n}\n" for n in range(4)))
    return "".join(parts)


def contract(world: World, base: str, head: str) -> Contract:
    """Everything in which two commits differ, region by region; the shared file may have been renamed under them."""
    before, after = places(world, base), places(world, head)
    return {
        place: (before.get(place, ""), after.get(place, ""))
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place)
    }


def places(world: World, commit: str) -> dict[str, str]:
    """Every place of a commit and what stands there."""
    found: dict[str, str] = {}
    for entry in world.ask("ls-tree", "-r", "-z", commit).split("\0"):
        if not entry:
            continue
        facts, path = entry.split("\t", 1)
        mode, _, oid = facts.split(" ")
        text = world.ask("cat-file", "blob", oid)
        if path in (SHARED, RENAMED):
            found |= {f"region {part.partition(chr(10))[0]}": part for part in text.split("## ") if part}
            found["shared mode"] = mode
        else:
            found[path] = f"{mode}\n{text}"
    return found


def contains(world: World, ref: str, commit: str) -> bool:
    """Whether git says that the ref's history has the commit."""
    if not world.ask("rev-parse", "-q", "--verify", f"{ref}^{{commit}}", ok=False):
        return False
    return world.ask("merge-base", commit, ref, ok=False) == commit
