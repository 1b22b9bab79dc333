"""The scripts that a shell reads once, to ask `git-okstra completion --list` from then on."""

from importlib.resources import files

from okstra_git.errors import refuse
from okstra_git.names import quote

SHELLS = ("bash", "zsh", "fish")


def require_script(shell: str) -> str:
    """The script for a shell; refuses one without a script."""
    if shell not in SHELLS:
        raise refuse("usage", f"there is no completion for {quote(shell)}", hint=f"name one of {', '.join(SHELLS)}")
    return (files("okstra_cli.completion") / f"okstra.{shell}").read_text(encoding="utf-8")
