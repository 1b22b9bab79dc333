"""Templates turned into text: the one door to jinja2."""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError

from okstra_git import contract
from okstra_git.commands import exact_word, word
from okstra_git.documents import escaping
from okstra_git.errors import refuse
from okstra_git.paths import LANGUAGES, templates_directory

_ENDING = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def render(name: str, values: dict[str, Any], *, root: Path | None = None) -> str:
    """The template `name` (a path below templates/ with slashes) filled in with `values`.

    Names that are not given are errors. Contract tokens are there as `tokens`, rosters as `roster`.
    Each process compiles what it uses from the shipped source: compiled templates are code, and code is not kept where
    others may write.
    """
    directory = root or _shipped_templates()
    try:
        return _environment(directory).get_template(name).render(values)
    except Exception as error:
        place, line = _place_of(error, directory, name)
        raise refuse(
            "template.broken",
            f"the template {place} is broken in line {line}: {error}",
            hint="mend the template; templates/README.md tells how they are made",
            template=place,
            line=line,
        ) from error


def render_page(
    name: str, values: dict[str, Any], *, language: str, styles: Sequence[str] = (), scripts: Sequence[str] = ()
) -> str:
    """The page `name` (a template below templates/pages/) as one HTML file that needs nothing but itself.

    `styles` and `scripts` are files beside it, put behind those that every page has. Every value is escaped; the
    browser may run exactly these styles and scripts, and may ask nobody for anything.
    """
    style, script = _inline("page.css", *styles), _inline("page.js", *scripts)
    frame = {"language": language, "t": read_labels(language, "pages"), "policy": content_policy(style, script)}
    return render(f"pages/{name}", {**values, **frame, "style": style, "script": script})


def is_page(head: bytes) -> bool:
    """Whether a file that begins like this is a page that was made here."""
    return b'<meta name="generator" content="okstra">' in head


def content_policy(style: str, script: str) -> str:
    """The Content-Security-Policy under which only this style and this script count, and only pictures in the file."""
    return (
        f"default-src 'none'; style-src '{_fingerprint(style)}'; script-src '{_fingerprint(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def read_labels(language: str, group: str = "") -> dict[str, str]:
    """The words that people read, in one of `LANGUAGES`; `pages` is the group of the words on HTML pages."""
    if language not in LANGUAGES:
        raise refuse("language.unknown", f"there are no labels in {language!r}", hint=f"one of {', '.join(LANGUAGES)}")
    return _labels(language, group)


@lru_cache(maxsize=1)
def _shipped_templates() -> Path:
    return templates_directory()


@lru_cache(maxsize=2 * len(LANGUAGES))
def _labels(language: str, group: str) -> dict[str, str]:
    name = ".".join(filter(None, (group, language, "json")))
    labels: dict[str, str] = json.loads((_shipped_templates() / "i18n" / name).read_bytes())
    return labels


def _inline(*names: str) -> str:
    folder = _shipped_templates() / "pages"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def _fingerprint(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def code_span(value: object) -> str:
    """A Markdown code span that any text survives, line breaks aside."""
    text = " ".join(str(value).split("\n"))
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def code_block(value: object, language: str = "") -> str:
    """A fenced block whose fence is longer than any inside it."""
    text = str(value).rstrip("\n")
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table_cell(value: object) -> str:
    """Text on one line that does not end a table's cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def base_name(value: object) -> str:
    """The last part of a path with slashes."""
    return str(value).rstrip("/").rpartition("/")[2]


def as_json(value: object) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def json_block(value: object) -> str:
    """JSON for a `<script type="application/json">`: no letter in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ENDING)


def drop_compiled(private: Path) -> None:
    """Remove the compiled templates that releases before this one kept below the `private` directory of a clone.

    Only files that have such a name go, and nothing is reached through a link.
    """
    folder = private / "cache" / "templates"
    if folder.parent.is_symlink() or folder.is_symlink() or not folder.is_dir():
        return
    with suppress(OSError):  # a folder that cannot be emptied does no harm: nobody reads it
        for path in folder.glob("__jinja2_*.cache"):
            path.unlink()
        folder.rmdir()


@lru_cache(maxsize=4)
def _environment(directory: Path) -> Environment:
    found = Environment(
        loader=FileSystemLoader(directory),
        undefined=StrictUndefined,
        autoescape=_is_page,  # all else is Markdown and shell
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        optimized=False,  # folding constants costs more than it saves a template that is filled in once
    )
    found.globals.update(tokens=contract, roster=contract)
    found.filters.update(
        sh=word,
        exactly=lambda value: exact_word(str(value)),
        code=code_span,
        block=code_block,
        cell=table_cell,
        name=base_name,
        json=as_json,
        in_line=escaping.text_in_line,
        in_cell=escaping.text_in_cell,
        in_item=escaping.text_in_item,
        in_heading=escaping.text_in_heading,
        in_paragraphs=escaping.text_in_paragraphs,
        in_yaml=escaping.text_in_front_matter,
        code_in_line=escaping.code_in_line,
        code_in_cell=escaping.code_in_cell,
        code_in_block=escaping.code_in_block,
        json_block=json_block,
    )
    return found


def _is_page(name: str | None) -> bool:
    return name is not None and name.endswith(".html.j2")


def _place_of(error: BaseException, directory: Path, name: str) -> tuple[str, int]:
    """Template and line that an error comes from; jinja puts template frames into the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or name, error.lineno
    place, frame = (name, 0), error.__traceback__
    while frame is not None:
        path = Path(frame.tb_frame.f_code.co_filename)
        if path.is_relative_to(directory) and path.suffix != ".py":
            place = path.relative_to(directory).as_posix(), frame.tb_lineno
        frame = frame.tb_next
    return place
