"""How other projects word their complaints today; a test that waits for these words turns red with a newer version."""

import ast
from collections.abc import Iterable, Iterator

from tests.house.sources import Source

WORDS = (
    # the C library
    "No such file or directory", "Permission denied", "No space left on device", "Read-only file system", "File exists",
    "Is a directory", "Not a directory", "Connection refused",
    # git
    "fatal: ", "error: ", "Needed a single revision", "not a git repository", "does not appear to be", "hung up",
    "failed to update ref", "hook declined", "non-fast-forward", "fetch first", "cannot lock ref", "did not match any",
    # PyYAML, json, typer, jinja2, pydantic
    "did not find expected", "mapping values are", "could not determine a constructor", "found undefined alias",
    "nesting depth", "Expecting value", "Expecting property", "Extra data:",
    "No such option", "Missing argument", "Missing option", "Invalid value for", "unexpected extra argument",
    "requires an argument", "is undefined", "Field required", "Input should be",
)  # fmt: skip

SAID_BY_THE_TEST = {
    "tests/test_wording.py": "gives a complaint of git to what takes passwords out",
    "tests/git/test_refs.py": "gives complaints of libgit2 to what sorts them",
    "tests/git/test_remotes.py": "gives complaints of git and ssh to what sorts them",
    "tests/git/test_pushing.py": "hooks of its own and the forge of the kit say this",
    "tests/host/test_forge.py": "the gh of the kit says this",
    "tests/kit/forge.py": "a server that declines as GitHub does",
    "tests/kit/gh_program.py": "a gh that complains as the real one does",
    "tests/kit/test_forge.py": "the server of the kit says this",
    "tests/redaction/other_corpus.py": "complaints in which a secret stands, given to what takes it out",
    "tests/house/documents.py": "our own sentence about documents",
    "tests/house/foreign_words.py": "the list itself",
    "tests/house/test_foreign_words.py": "shows that the words are found",
}
"""Where the words are no expectation of what another project says."""


def foreign_words(source: Source) -> Iterator[str]:
    """A line for each string of the file that has such words, in whatever case they are."""
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = [words for words in WORDS if words.lower() in node.value.lower()]
            yield from (f"{source.path}:{node.lineno}: {words!r} is how another project says it" for words in found)


def idle(sources: Iterable[Source]) -> list[str]:
    """Files that are excused and need not be."""
    used = {source.path for source in sources if any(foreign_words(source))}
    return sorted(SAID_BY_THE_TEST.keys() - used)
