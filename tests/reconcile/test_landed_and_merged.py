"""A change that landed by itself, and whose branch was merged later: with that very change, or with another version."""

from pathlib import Path

from tests.kit.story import Story

FILES = {"a.txt": "one\ntwo\n"}


def landed(tmp_path: Path) -> Story:
    """Stage 1 was squashed onto main by somebody else, and its branch was put back to where it began."""
    story = Story.told(tmp_path / "world", hooks=False)
    story.stage("f", ("A", FILES))
    story.git("switch", "-q", "main")
    story.git("merge", "-q", "--squash", "f")
    story.git("commit", "-qm", "Squashed", "--author", "B <b@example.org>")
    story.git("switch", "-q", "f")
    story.git("reset", "-q", "--hard", "main~1")
    return story


def merged(story: Story, files: dict[str, str]) -> str:
    """What is thought of the stage once the branch, with these files by a third person, was merged; then the reason."""
    for name, text in files.items():
        story.write(name, text)
    story.git("add", "-A")
    story.git("commit", "-qm", "Another version", "--author", "C <c@example.org>")
    story.git("switch", "-q", "main")
    story.git("merge", "-q", "--no-ff", "-m", "Merge f", "f")
    (item,) = story.reconcile("--check", exit=2)["items"]
    return f"{item['class']}: {item['reason']}"


def test_another_version_on_the_branch_is_a_question(tmp_path: Path) -> None:
    said = merged(landed(tmp_path), {**FILES, "b.txt": "more\n"})
    assert said.startswith("confirm: ")
    assert "beside it may belong to the stage" in said


def test_a_branch_that_was_never_changed_is_not(tmp_path: Path) -> None:
    story = Story.told(tmp_path / "world", hooks=False)
    story.stage("f", ("A", FILES))
    story.git("switch", "-q", "main")
    story.git("merge", "-q", "--squash", "f")
    story.git("commit", "-qm", "Squashed")
    story.git("branch", "-qD", "f")
    (item,) = story.reconcile("--check", exit=0)["items"]
    assert (item["class"], item["landed"]) == ("auto", True)
