"""Size: a stage of a thousand commits in a window of five thousand is followed like any other."""

from collections.abc import Iterator

import pytest

from tests.kit.story import Story, auto, confirm


def _stream(branch: str, start: str, numbers: range, *, changed: frozenset[int] = frozenset()) -> Iterator[str]:
    """A fast-import stream of one commit for each number; each adds a file and edits one of forty shared ones."""
    for number in numbers:
        text = f"changed {number}\n" if number in changed else f"step {number}\n"
        yield f"commit refs/heads/{branch}\nmark :{number}\n"
        yield f"author Ada <ada@example.org> {1_700_000_000 + number} +0000\n"
        yield f"committer Ada <ada@example.org> {1_700_000_000 + number} +0000\n"
        yield f"data {len(f'S{number}')}\nS{number}\n"
        yield f"from {start}\n" if number == numbers.start else f"from :{number - 1}\n"
        yield f"M 100644 inline new/{number % 50}/{number}.txt\ndata {len(text)}\n{text}\n"
        yield f"M 100644 inline shared/{number % 40}.txt\ndata {len(text)}\n{text}\n"


def _grow(story: Story, branch: str, start: str, numbers: range, changed: frozenset[int] = frozenset()) -> list[str]:
    """The commits of the stream, oldest first, after the branch was moved to the last of them."""
    marks = story.path / ".git" / "marks"
    stream = "".join(_stream(branch, start, numbers, changed=changed))
    story.git("fast-import", "--quiet", "--force", f"--export-marks={marks}", stdin=stream)
    named = dict(line.split() for line in marks.read_text().splitlines())
    return [named[f":{number}"] for number in numbers]


def _window(story: Story) -> list[str]:
    """Five thousand commits on login; stage 1 ends at 2,000, stage 2 holds the next thousand, stage 3 the rest."""
    commits = _grow(story, "login", story["base"], range(1, 5001))
    for end in (2000, 3000, 5000):
        story.record("login", commit=commits[end - 1])
    story.advance("M")
    return commits


def test_a_thousand_commits_among_five_thousand_are_followed(story: Story) -> None:
    _window(story)
    new = _grow(story, "login", story.tip("main"), range(1, 5001))
    story.ends(
        {
            1: auto("same-delta", new[1999]),
            2: auto("same-delta", new[2999]),
            3: auto("same-delta", new[4999]),
        },
        heard=False,
    )


@pytest.mark.deep
def test_one_changed_commit_among_a_thousand_asks_for_its_stage_alone(story: Story) -> None:
    _window(story)
    new = _grow(story, "login", story.tip("main"), range(1, 5001), frozenset({2500}))
    story.ends(
        {
            1: auto("same-delta", new[1999]),
            2: confirm("content changed: 1 file differs"),
            3: auto("same-delta", new[4999]),
        },
        heard=False,
    )


def test_hooks_settle_sixty_stages_after_one_rebase(story: Story) -> None:
    commits = _grow(story, "login", story["base"], range(1, 61))
    story.record_many("login", commits)
    story.advance("M")
    story.git("rebase", "-q", "main", "login")
    new = story.ask("rev-list", "--reverse", "main..login").splitlines()
    story.ends({number: auto("same-delta", commit) for number, commit in enumerate(new, 1)}, anchor=None)
