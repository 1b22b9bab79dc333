"""Which surfaces a change touches."""

import pytest

from okstra_git.validation.surfaces import DEFAULT_SURFACES, surfaces_of_project, touched_surfaces


@pytest.mark.parametrize(
    "path",
    [
        "migrations/0001_users.py", "app/migrations/deep/x.py", "db/migrate/1_users.rb", "schema.sql", "a/B.SQL",
        "prisma/schema.prisma", "src/user.repository.ts", "src/user_repository.py", "src/user.entity.ts",
        "src/user.model.js", "src/entities/user.ts",
    ],
)  # fmt: skip
def test_files_of_a_database_touch_its_surface(path: str) -> None:
    assert touched_surfaces([path, "readme.md"], DEFAULT_SURFACES) == {"database": [path]}


@pytest.mark.parametrize("path", ["src/main.py", "docs/sql.md", "immigrations.py", "src/model.py", "repository/x.py"])
def test_others_do_not(path: str) -> None:
    assert touched_surfaces([path], DEFAULT_SURFACES) == {}


def test_a_project_adds_replaces_and_switches_off() -> None:
    surfaces, wrong = surfaces_of_project({"surfaces": {"payments": ["src/pay/*"], "database": []}})
    assert not wrong
    assert touched_surfaces(["src/pay/a/b.py", "x.sql"], surfaces) == {"payments": ["src/pay/a/b.py"]}


@pytest.mark.parametrize("given", ["x", {"a": "*"}, {"a": [1]}, {"a": [""]}, {"a": ["x" * 201]}, {"a": ["x"] * 101}])
def test_surfaces_of_another_form_are_named_and_do_not_count(given: object) -> None:
    surfaces, wrong = surfaces_of_project({"surfaces": given})
    assert wrong
    assert surfaces == DEFAULT_SURFACES
