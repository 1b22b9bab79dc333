"""`make docs`: writes every generated file that is not up to date, and says which."""

import sys

from tests.docs.pages import PAGES
from tests.kit.surroundings import ROOT


def write_pages() -> None:
    """Write what changed."""
    for path, make in PAGES.items():
        file, text = ROOT / path, make()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            if text.startswith("#!"):
                file.chmod(0o755)
            sys.stderr.write(f"wrote {path}\n")


if __name__ == "__main__":
    write_pages()
