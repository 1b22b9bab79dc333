"""Text of other programs and servers, made fit for a message: no control characters, no passwords, not endless."""

import re

MOST_LINES = 20
MOST_CHARACTERS = 300
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_WEB_USER = re.compile(r"(?i)\b(https?|ftps?)://[^/\s'\"]*@")
_OTHER_PASSWORD = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@'\"]*):[^/\s'\"]*@")


def plain_lines(text: str | bytes) -> list[str]:
    """The lines of what another program said: the first 20 that are not blank, at most 300 characters each.

    Escape sequences and other control characters are gone, of a line that was drawn over only its last state is left.
    """
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    found = (_plain(line.rstrip("\r").rpartition("\r")[2]) for line in said.split("\n"))
    return [without_credentials(line)[:MOST_CHARACTERS] for line in found if line.strip()][:MOST_LINES]


def without_credentials(text: str) -> str:
    """The text with no password in any URL; of a web address the user goes too, for a token may stand there alone."""
    return _OTHER_PASSWORD.sub(r"\1@", _WEB_USER.sub(r"\1://", text))


def _plain(line: str) -> str:
    bare = _ESCAPE.sub("", line).replace("\t", " ")
    return "".join(character for character in bare if character.isprintable()).rstrip()
