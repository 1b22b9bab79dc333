"""The git program runs sealed: callers' GIT_* variables, hooks and configuration do not reach it."""

from pathlib import Path

import pytest

from okstra_git.git.binary import GitFailed, ValueUnfit, run_git
from tests.kit.refusals import refuses
from tests.kit.scenario import World


def test_variables_exported_by_a_hook_do_not_redirect_git(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert run_git(["rev-parse", "HEAD"], cwd=world.path).stdout.decode().strip() == world["base"]


def test_our_own_commands_fire_no_user_hooks(world: World) -> None:
    world.write(".git/hooks/post-commit", "#!/bin/sh\ntouch fired\n").chmod(0o755)
    run_git(["commit", "-q", "--allow-empty", "-m", "A"], cwd=world.path)
    assert not (world.path / "fired").exists()
    run_git(["commit", "-q", "--allow-empty", "-m", "B"], cwd=world.path, sealed=False)
    assert (world.path / "fired").exists()


def test_a_failing_command_is_refused_in_git_s_words(world: World) -> None:
    world.git("rev-parse", "--verify", "nowhere", ok=False)
    with pytest.raises(GitFailed) as refused:
        run_git(["rev-parse", "--verify", "nowhere"], cwd=world.path)
    assert world.last.err
    assert refused.value.message == f"git rev-parse failed: {world.last.err.strip()}"
    assert refused.value.facts["status"] == 128


def test_an_accepted_status_is_an_answer(world: World) -> None:
    assert run_git(["diff", "--quiet", "HEAD"], cwd=world.path, accept=(0, 1)).returncode == 0


def test_a_machine_without_git_gets_one_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(world.path))
    with refuses("git.missing", match="not found on PATH"):
        run_git(["version"], cwd=world.path)


@pytest.mark.parametrize("value", ["--output=taken", "-O", "--", "--all", ""])
@pytest.mark.parametrize("asked", [["rev-list", "--count"], ["range-diff"], ["diff-index", "--cached"]])
def test_no_revision_is_taken_for_an_option(world: World, asked: list[str], value: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        run_git(asked, revisions=["HEAD", value], cwd=world.path)
    assert refused.value.code == "git.value"
    assert not (world.path / "taken").exists()


def test_a_value_that_looks_like_an_option_is_a_value(world: World) -> None:
    run_git(["config", "--local"], values=["okstra.x", "--unset-all"], cwd=world.path)
    assert world.git("config", "okstra.x").strip() == "--unset-all"
    said = run_git(["ls-remote"], values=["--upload-pack=touch taken", "HEAD"], cwd=world.path, accept=(128,))
    assert said.returncode == 128
    assert not (world.path / "taken").exists()


def test_paths_are_names_and_never_patterns(world: World) -> None:
    for name in ("*", ":!x", ":(top)y", "-z", "plain"):
        world.write(name, "x")
    world.git("add", "--all")
    listed = run_git(["ls-files", "-z"], paths=["*", ":!x", ":(top)y", "-z"], cwd=world.path).stdout
    assert sorted(listed.split(b"\0")) == [b"", b"*", b"-z", b":!x", b":(top)y"]


def test_the_key_of_a_setting_may_have_an_equals_sign(world: World) -> None:
    settings = {"remote.a=b.mirror": "no=t so", "core.abbrev": "7"}
    for key, value in settings.items():
        said = run_git(["config", "--get"], values=[key], settings=settings, cwd=world.path).stdout.decode()
        assert said == f"{value}\n"


@pytest.mark.parametrize(
    ("value", "named"), [("a\0b", "'a\\x00b'"), ("\ud800", "ud800"), ("x" * 200_000, "longer than this system allows")]
)
@pytest.mark.parametrize("place", ["revisions", "values", "paths"])
def test_what_the_system_does_not_pass_on_is_one_sentence(world: World, place: str, value: str, named: str) -> None:
    with pytest.raises(ValueUnfit) as refused:
        run_git(["rev-parse"], cwd=world.path, revisions=[value] if place == "revisions" else (),
                values=[value] if place == "values" else (), paths=[value] if place == "paths" else ())  # fmt: skip
    assert named in refused.value.message
    assert len(refused.value.message) < 200


def test_git_is_not_run_where_there_is_no_directory(world: World) -> None:
    file = world.write("file", "x")
    for place in (file, world.path / "nowhere", Path("a\0b")):
        with pytest.raises(GitFailed):
            run_git(["version"], cwd=place)


@pytest.mark.parametrize(
    ("file", "content", "asked", "said"),
    [
        ("HEAD", "rubbish", ["status"], "look at the file HEAD"),
        ("index", "rubbish", ["diff", "--quiet"], "index.damaged"),
    ],
)
def test_a_damaged_file_of_git_s_has_a_next_step(
    world: World, file: str, content: str, asked: list[str], said: str
) -> None:
    world.write(f".git/{file}", content)
    with pytest.raises(GitFailed) as refused:
        run_git(asked, cwd=world.path)
    assert refused.value.hint is not None
    assert said in refused.value.hint
