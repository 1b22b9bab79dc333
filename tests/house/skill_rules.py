"""What a skill or an agent definition may not be: unportable, long, without its contract, or about things that do not exist."""

import re
from collections.abc import Collection, Iterator

from tests.house.skill_lines import PLACEHOLDER, is_line
from tests.house.skill_texts import AgentText

SKILL_KEYS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
"""The portable ones; others make packaging fail in some programs."""

AGENT_KEYS = {"name", "description", "tools"}
"""No model: each call takes it from the roster of its run."""

LINES, DESCRIPTION, TOKENS, TOKENS_A_WORD = 500, 1000, 5000, 1.4
"""After a compaction only the first 5,000 tokens of a skill come back, so its contract stands within them."""

VENDOR_WORDS = {
    "AskUserQuestion", "multiSelect", "Read", "Write", "Edit", "Bash", "Grep", "Glob", "Agent", "SendMessage",
    "--help", "codex", "gemini", "claude", "git",
}  # fmt: skip
"""Names that are the agent programs' own, which nothing of ours has to say."""

_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+(?:[^\n`]*[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+)?")
_CODE = re.compile(r"[a-z][a-z-]*\.[a-z][a-z-]*\Z")
_FILE = re.compile(r"\.(?:md|json|jsonl|py|sh|txt)\Z")
_SKILL = re.compile(r"(?<![\w./-])okstra-[a-z][a-z-]*")
_AGENT = re.compile(r"(?<![\w>./-])[a-z]+(?:-[a-z]+)*-worker\b(?!-)")


def front_breaches(text: AgentText) -> Iterator[str]:
    """Front matter that programs would refuse, cut or not find."""
    allowed = SKILL_KEYS if text.is_skill else AGENT_KEYS
    if not text.front:
        yield f"{text.path}: no front matter"
        return
    yield from (f"{text.path}: the key {key} is not portable" for key in sorted(text.front.keys() - allowed))
    if text.front.get("name") != text.name:
        yield f"{text.path}: named {text.front.get('name')!r} in a place called {text.name!r}"
    description = text.front.get("description")
    if not isinstance(description, str) or not 1 <= len(description) <= DESCRIPTION:
        yield f"{text.path}: the description has to be 1 to {DESCRIPTION} characters"
    elif not re.search(r"\b(?:when|before|after)\b", description, re.IGNORECASE):
        yield f"{text.path}: the description does not say when to use it"


def shape_breaches(text: AgentText) -> Iterator[str]:
    """A body that is too long, does not begin with its contract, or has no steps."""
    lines = text.body.count("\n")
    if lines >= LINES:
        yield f"{text.path}: {lines} lines, fewer than {LINES} are wanted"
    sections = [words for level, words in text.headings if level == 2]
    if sections[:1] != ["Contract"]:
        yield f"{text.path}: the first section is not the contract"
    elif (tokens := _tokens_of_contract(text)) > TOKENS:
        yield f"{text.path}: the contract ends at about {tokens} tokens, at most {TOKENS}"
    if not text.has_steps:
        yield f"{text.path}: no numbered steps"


def _tokens_of_contract(text: AgentText) -> int:
    parts = re.split(r"^## ", text.body, flags=re.MULTILINE)
    return int(len(" ".join(parts[:2]).split()) * TOKENS_A_WORD)


def language_breaches(text: AgentText, tokens: Collection[str]) -> Iterator[str]:
    """Korean in the English text that is not part of a contract token."""
    for found in _HANGUL.findall(text.text):
        if not any(found in token for token in tokens):
            yield f"{text.path}: {found!r} is no contract token"


def name_breaches(text: AgentText, skills: Collection[str], agents: Collection[str]) -> Iterator[str]:
    """Skills and agents that are named and are not there."""
    yield from (f"{text.path}: there is no skill {name}" for name in _named(_SKILL, text) if name not in skills)
    yield from (f"{text.path}: there is no agent {name}" for name in _named(_AGENT, text) if name not in agents)


def _named(pattern: re.Pattern[str], text: AgentText) -> list[str]:
    return sorted(set(pattern.findall(text.text)))


def span_breaches(text: AgentText, words: str, codes: Collection[str], labels: Collection[str]) -> Iterator[str]:
    """Words in code type that neither code nor bundle knows: codes, markers, keys, files."""
    for span in dict.fromkeys(text.spans):
        if is_line(span, labels) or span in VENDOR_WORDS:
            continue
        if _CODE.match(span) and not _FILE.search(span):
            if span not in codes:
                yield f"{text.path}: there is no code {span}"
            continue
        unknown = [piece for piece in _pieces(span) if not _is_known(piece, words)]
        yield from (f"{text.path}: {piece!r} of {span!r} stands nowhere in code or bundle" for piece in unknown)


def _pieces(span: str) -> list[str]:
    """The literal parts of a span: between placeholders, and of a path each name."""
    parts = PLACEHOLDER.sub("\0", span).split("\0")
    names = [name for part in parts for name in (part.split("/") if "/" in span else [part])]
    return [name for name in (name.strip(" .-_:#'\"") for name in names) if name]


def _is_known(piece: str, words: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(piece)}(?![A-Za-z0-9])", words) is not None
