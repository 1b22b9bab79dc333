"""What a skill or an agent definition may not be: unportable, long, without its contract, about what does not exist."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from okstra_cli.command_table import ALIASES
from okstra_cli.lazy import Root
from tests.house.skill_lines import PLACEHOLDER, is_line, lines_of
from tests.house.skill_texts import AgentText
from tests.house.templates import SENTENCE, sentences

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

_LETTER = r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]"
_HANGUL = re.compile(rf"{_LETTER}+(?:[^\n`]*{_LETTER}+)?")
_CODE = re.compile(r"[a-z][a-z-]*\.[a-z][a-z-]*\Z")
_SLOT = re.compile(r"<[^<>]+>")
_FILE = re.compile(r"\.(?:md|json|jsonl|py|sh|txt)\Z")
_SKILL = re.compile(r"(?<![\w./-])okstra-[a-z][a-z-]*")
_PERMISSION = re.compile(r"Bash\(([^)]*)\)")
_AGENT = re.compile(r"(?<![\w>./-])[a-z]+(?:-[a-z]+)*-worker\b(?!-)")


@dataclass(frozen=True)
class Known:
    """What exists: every word of code and bundle, error codes, contract tokens, and the names of skills and agents."""

    words: str
    codes: Collection[str]
    tokens: Collection[str]
    skills: Collection[str]
    agents: Collection[str]


def front_breaches(text: AgentText) -> Iterator[str]:
    """Front matter that programs would refuse, cut or not find."""
    allowed = SKILL_KEYS if text.is_skill else AGENT_KEYS
    if not text.front:
        yield f"{text.path}: no front matter"
        return
    yield from (f"{text.path}: the key {key} is not portable" for key in sorted(text.front.keys() - allowed))
    if text.front.get("name") != text.name:
        yield f"{text.path}: named {text.front.get('name')!r} in a place called {text.name!r}"
    tools = [tool.strip() for tool in str(text.front.get("tools", "Read")).split(",")]
    yield from (f"{text.path}: there is no tool {tool}" for tool in tools if tool not in VENDOR_WORDS)
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


def language_breaches(text: AgentText, known: Known) -> Iterator[str]:
    """Korean in the English text that is not part of a contract token."""
    for found in _HANGUL.findall(text.text):
        if not any(found in token for token in known.tokens):
            yield f"{text.path}: {found!r} is no contract token"


def name_breaches(text: AgentText, known: Known) -> Iterator[str]:
    """Skills and agents that are named and are not there."""
    yield from (f"{text.path}: there is no skill {name}" for name in _named(_SKILL, text) if name not in known.skills)
    yield from (f"{text.path}: there is no agent {name}" for name in _named(_AGENT, text) if name not in known.agents)


def _named(pattern: re.Pattern[str], text: AgentText) -> list[str]:
    return sorted(set(pattern.findall(text.text)))


def span_breaches(text: AgentText, known: Known) -> Iterator[str]:
    """Words in code type that neither code nor bundle knows: codes, markers, keys, files."""
    for span in dict.fromkeys(text.spans):
        if is_line(span) or span in VENDOR_WORDS or span in {*known.skills, *known.agents}:
            continue
        if _CODE.match(span) and not _FILE.search(span):
            if span not in known.codes:
                yield f"{text.path}: there is no code {span}"
            continue
        unknown = [piece for piece in _pieces(span) if not _is_known(piece, known.words)]
        yield from (f"{text.path}: {piece!r} of {span!r} stands nowhere in code or bundle" for piece in unknown)


def _pieces(span: str) -> list[str]:
    """The literal parts of a span: between placeholders, and of a path each name."""
    parts = _SLOT.split(span)
    names = [name for part in parts for name in (part.split("/") if "/" in span else [part])]
    return [name for name in (name.strip(" .-_:#'\"") for name in names) if name]


def _is_known(piece: str, words: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(piece)}(?![A-Za-z0-9])", words) is not None


def placeholder_breaches(text: AgentText) -> Iterator[str]:
    """Placeholders in commands that nobody explains."""
    if any(PLACEHOLDER.search(line) for line in lines_of(text)):
        yield from (f"{text.path}: does not say what becomes of placeholders: {words}"
                    for words in ("angle brackets", "single quotes") if words not in text.body)  # fmt: skip


def permission_breaches(text: AgentText) -> Iterator[str]:
    """Commands that are allowed beforehand and are not there, or that push, delete or decide."""
    for rule in _PERMISSION.findall(str(text.front.get("allowed-tools", ""))):
        words = rule.removeprefix("git ").split()
        if len(words) < 3 or words[0] != "okstra" or ALIASES.get(words[1], words[1]) not in Root().commands:
            yield f"{text.path}: {rule!r} allows no command, or more than one, of okstra"
        elif {"reconcile", "git-reconcile"} & {words[1]} and "--check" not in words:
            yield f"{text.path}: {rule!r} allows to decide"
        elif words[1] == "handoff" and words[2] not in ("eligible", "status"):
            yield f"{text.path}: {rule!r} allows to publish or record"


def echoes(text: AgentText, bundle: Mapping[str, str]) -> Iterator[str]:
    """Rules of the bundle that are told again; a skill points to the bundle instead."""
    told = {each: name for name, said in bundle.items() for each in sentences(said) if len(each) >= SENTENCE}
    yield from (f"{text.path} and {told[each]}: {each}" for each in sentences(text.body) if each in told)
