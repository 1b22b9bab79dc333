"""Files that tell how a project is built and deployed, found by name alone."""

from pathlib import Path

from okstra_git.bundle import project
from okstra_git.bundle.project import Config, list_config_files


def fill(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
    return root


def test_files_and_folders_are_told_by_kind_and_name(tmp_path: Path) -> None:
    fill(tmp_path, "Makefile", "go.mod", "docker-compose.dev.yml", "main.tf", "helm/Chart.yaml", ".gitlab-ci.yml",
         ".github/workflows/test.yaml", ".github/workflows/README.md", "src/Dockerfile", "notes.txt")  # fmt: skip
    assert list_config_files(tmp_path) == [
        Config("Makefile", "build"), Config("go.mod", "build"), Config("docker-compose.dev.yml", "container"),
        Config("helm/", "deploy"), Config("main.tf", "deploy"), Config(".github/workflows/test.yaml", "ci"),
        Config(".gitlab-ci.yml", "ci"),
    ]  # fmt: skip


def test_a_folder_that_bears_a_files_name_is_none(tmp_path: Path) -> None:
    fill(tmp_path, "Makefile/x", "Dockerfile/x")
    (tmp_path / "k8s").write_text("a file")
    assert list_config_files(tmp_path) == []


def test_what_is_missing_or_no_folder_holds_nothing(tmp_path: Path) -> None:
    assert list_config_files(tmp_path / "nowhere") == []
    assert list_config_files(fill(tmp_path, "file") / "file") == []


def test_names_that_are_no_text_and_links_to_nowhere_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "package.json").symlink_to("/nowhere/at/all")
    (tmp_path / "Dockerfile.\udcff").write_text("")
    assert [each.path for each in list_config_files(tmp_path)] == ["package.json", "Dockerfile.\udcff"]


def test_no_more_than_so_many_entries_are_looked_at(tmp_path: Path) -> None:
    fill(tmp_path, *(f"Dockerfile.{number}" for number in range(project.LOOKED_AT + 20)))
    assert len(list_config_files(tmp_path)) == project.LOOKED_AT
