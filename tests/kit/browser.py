"""A real Chromium in which pages are opened, and what it says of them: console, requests, an audit by axe-core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from tests.kit.surroundings import ROOT, require_module, skip_or_fail

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = ROOT / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""A browser that runs as root, as in CI, and asks nobody for anything by itself."""

LOCAL = ("file:", "data:", "blob:")


@dataclass
class Visit:
    """An open page; `complaints` are errors and warnings of its console, `requests` what it asked of others."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def is_wider_than_its_window(self) -> bool:
        """Whether a reader would have to scroll sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def audit(self) -> list[str]:
        """What axe-core finds, each with the elements that it is about."""
        self.page.evaluate(require_axe().read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate("axe.run()")
        return [
            f"{each['impact']}: {each['id']}: {' '.join(node['html'][:120] for node in each['nodes'][:3])}"
            for each in found["violations"]
        ]


def require_axe() -> Path:
    """The script of axe-core; without it the test is skipped with a reason, or fails when `CI` is set."""
    if not AXE.exists():
        skip_or_fail("this test needs axe-core: npm install --prefix build/npm axe-core")
    return AXE


def require_browser() -> Path:
    """Chromium or a relative of it; without it the test is skipped with a reason, or fails when `CI` is set."""
    found = next((path for name in NAMES if (path := which(name))), None)
    if found is None:
        skip_or_fail("this test needs chromium, which is not on PATH")
    return Path(found)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without a window."""
    require_module("playwright", extra="browser")
    program = require_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS, env={**os.environ})
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser, path: Path, *, width: int = 1400, theme: Any = "light", **options: Any
) -> Iterator[Visit]:
    """The page in this file, in a window of its own that remembers nothing of any other."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options)
    visit = Visit(context.new_page())
    context.on("page", lambda page: visit.complaints.append(f"opened {page.url}"))
    visit.page.on("console", lambda message: _heard(visit, message.type, message.text))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("request", lambda request: _asked(visit, request.url))
    visit.page.on("dialog", lambda dialog: _asked_person(visit, dialog))
    try:
        visit.page.goto(path.as_uri())
        yield visit
    finally:
        context.close()


def _heard(visit: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        visit.complaints.append(f"{kind}: {text}")


def _asked(visit: Visit, url: str) -> None:
    if not url.startswith(LOCAL):
        visit.requests.append(url)


def _asked_person(visit: Visit, dialog: Any) -> None:
    visit.complaints.append(f"dialog: {dialog.message}")
    dialog.dismiss()
