"""`git okstra completion`: scripts by which a shell completes okstra's command lines."""

from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import typer

from okstra_cli.lazy import single_command
from okstra_cli.output import Answer
from okstra_git.errors import refuse
from okstra_git.names import quote

if TYPE_CHECKING:
    from okstra_cli.answers import upkeep as shapes

app = single_command()
SHELLS = ("bash", "zsh", "fish")


@app.command("completion")
def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> Answer:
    """Print a script that completes commands, options, tasks, stages and runs in a shell.

    It serves 'git okstra', 'git-okstra' and 'okstra'. For the first of them, bash and zsh need git's own
    completion as well. Names of tasks and stages are those of the repository that the line is about.

    \b
    Examples:
      eval "$(git okstra completion bash)"                in ~/.bashrc
      git okstra completion zsh >~/.zfunc/_git-okstra     in a folder of $fpath
      git okstra completion fish | source                 in config.fish
    """
    script = _require_script(shell)
    facts: shapes.CompletionScript = {"shell": shell, "script": script}
    return Answer(facts, lambda: script, is_page=True)


def _require_script(shell: str) -> str:
    """What a shell reads once, to ask `git-okstra completion --list` from then on; refuses a shell without a script."""
    if shell not in SHELLS:
        raise refuse("usage", f"there is no completion for {quote(shell)}", hint=f"name one of {', '.join(SHELLS)}")
    return (files("okstra_cli.completion") / f"okstra.{shell}").read_text(encoding="utf-8")
