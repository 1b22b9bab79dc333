"""Finds the hook shims and templates that travel with okstra, in a wheel and in a source tree."""

from pathlib import Path

from okstra_git.errors import refuse

LANGUAGES = ("en", "ko")
"""Those that the templates and the wizard have words in; the first one stands in for the others."""

_PACKAGE = Path(__file__).resolve().parent


def hooks_directory() -> Path:
    """The directory of the POSIX sh hook shims."""
    return _require("hooks", _PACKAGE)


def templates_directory() -> Path:
    """The directory of the Jinja2 templates."""
    return _require("templates", _PACKAGE)


def _require(name: str, package: Path) -> Path:
    """A wheel holds the data under `_shipped/` (force-include in pyproject); an editable install, in the tree."""
    shipped = package / "_shipped" / name
    if shipped.is_dir():
        return shipped
    tree = package.parent
    if (tree / "pyproject.toml").is_file() and (tree / name).is_dir():
        return tree / name
    raise refuse(
        "install.incomplete", f"this installation of okstra has no {name}/ directory", hint="install git-okstra again"
    )
