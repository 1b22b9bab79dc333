"""What a story expects of one stage: it stands, it is followed by a proof, or a person is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.kit.scenario import World


@dataclass(frozen=True)
class Verdict:
    """One row of a verdict table.

    `new` is where the stage lives afterwards, `offered` what a person is recommended: `A′` = the commit with the
    subject A on the stage's branch, `A′@main` = on main, anything else a revision. `gone` = its evidence may be gone.
    """

    kind: Literal["ok", "auto", "confirm"]
    proofs: tuple[str, ...] = ()
    new: str | None = None
    landed: bool = False
    reason: str = ""
    offered: str | None = None
    together: tuple[int, ...] = ()
    partly: bool = False
    gone: bool = False

    def located(self, world: World, branch: str) -> "Verdict":
        """The same verdict with commits instead of labels."""
        return replace(self, new=_locate(self.new, world, branch), offered=_locate(self.offered, world, branch))

    def compare(self, item: Mapping[str, Any], recorded: str) -> None:
        """Assert that an item of `reconcile --json` says this."""
        assert (item["class"], item["recorded"], item["replacement"]) == (self.kind, recorded, self.new), item
        assert item["proof"] in (self.proofs or (None,)), item
        assert self.reason in item["reason"], item
        assert tuple(item.get("together") or ()) == self.together, item
        assert bool(item.get("landed")) is self.landed, item
        assert ("partly-absorbed" in (item.get("flags") or ())) is self.partly, item
        best = [candidate["commit"] for candidate in item["candidates"] if candidate["recommended"]]
        assert len(best) <= 1, item
        assert self.offered is None or best == [self.offered], item

    def compare_record(self, stage: Mapping[str, Any]) -> None:
        """Assert that the recorded stage got here as said."""
        assert (stage["state"] == "landed") is self.landed, stage
        if self.kind == "auto":
            assert stage["former"][-1]["left_by"] in self.proofs, stage


STANDS = Verdict("ok")
"""The record is still true: nothing to do."""


def auto(proof: str, new: str, *, landed: bool = False, partly: bool = False, gone: bool = False) -> Verdict:
    """Proven by this rung (or one of several, `a|b`) to live at `new` now."""
    return Verdict("auto", tuple(proof.split("|")), new, landed=landed, partly=partly, gone=gone)


def confirm(reason: str = "", *, offered: str | None = None, together: tuple[int, ...] = ()) -> Verdict:
    """A person decides; the sentence contains `reason`."""
    return Verdict("confirm", reason=reason, offered=offered, together=together)


def _locate(where: str | None, world: World, branch: str) -> str | None:
    if where is None:
        return None
    label, prime, ref = where.partition("′")
    if not prime:
        return world.tip(world.labels.get(where, where))
    found = world.now(label, on=ref.removeprefix("@") or branch)
    assert found != world[label], f"{label} was not rewritten"
    return found
