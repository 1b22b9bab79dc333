"""Opens a page that a command wrote; where nothing can be shown, its path is said instead."""

import sys
from pathlib import Path

from okstra_cli.session import Session
from okstra_git.host.opener import find_opener, open_file
from okstra_git.names import quote_path


def open_page(session: Session, path: Path) -> bool:
    """Show the file in the person's browser; whether that worked. Otherwise a note says what to open."""
    opener = find_opener(session.environ, sys.platform)
    if opener is not None and open_file(opener, path, environ=session.environ):
        return True
    session.note(f"no browser could be opened from here; open this file yourself: {quote_path(str(path))[1:-1]}")
    return False
