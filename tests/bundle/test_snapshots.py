"""Bundles as whole text, one file for each sample; `OKSTRA_WRITE_SNAPSHOTS=1` writes them anew."""

import os
from pathlib import Path

import pytest

from okstra_git.bundle.render import make_bundle
from okstra_git.phases import PHASES
from tests.bundle.samples import SAMPLES, sources_of

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = bool(os.environ.get("OKSTRA_WRITE_SNAPSHOTS"))
CHANGING = ("run-manifest",)
"""Files with hashes of the others, which would change with every word."""


def picture(name: str) -> str:
    """The files of a sample's bundle, one after the other; those that the plain sample of the type has too by name."""
    plain = SAMPLES[name].run.task_type
    before = {} if name == plain else texts(plain)
    parts = [f"##### {path}\n{'as in ' + plain if before.get(path) == text else text}"
             for path, text in texts(name).items()]  # fmt: skip
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def texts(name: str) -> dict[str, str]:
    context = SAMPLES[name]
    files = make_bundle(context, sources_of(context)).files
    short = {each.path.removeprefix(context.run.folder + "/"): each.data.decode() for each in files}
    return {path: text for path, text in short.items() if not any(word in path for word in CHANGING)}


def test_every_task_type_has_a_sample() -> None:
    assert PHASES.keys() <= SAMPLES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_bundle_is_what_it_was(name: str) -> None:
    path = SNAPSHOTS / f"{name}.txt"
    if WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture(name), encoding="utf-8")
    assert picture(name) == path.read_text(encoding="utf-8")


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in SNAPSHOTS.iterdir()} == SAMPLES.keys()
