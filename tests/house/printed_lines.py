"""Command lines in f-strings whose words are not quoted: what a branch, a path or a title is called would be run."""

import ast
import re
from collections.abc import Iterator
from itertools import takewhile

from tests.house.sources import Source

_GIT = (
    "log|diff|diff-tree|fetch|push|pull|branch|merge|rebase|remote|worktree|switch|checkout|commit|config|show|status|add"
    "|stash|reset|restore|rm|mv|clean|tag|notes|gc|fsck|update-ref|update-index|rev-parse|rev-list|cat-file|ls-tree|ls-remote"
    "|range-diff|cherry-pick|revert|bundle|clone|init|for-each-ref|reflog|symbolic-ref|submodule|sparse-checkout|--git-dir"
)
_OWN = (
    "run|stage|task|handoff|plan|brief|wizard|worktree|reconcile|status|doctor|fsck|hooks|config|inspect|log|setup|init"
)
COMMAND = re.compile(
    rf"\b(?:git (?:okstra|-C|{_GIT})|okstra (?:{_OWN})|gh (?:pr|auth|repo)"
    r"|chmod|cd|sh|rm|mv|cp|kill|ssh|claude|codex|gemini) "
)
OPTION = re.compile(r"(?:^|\s)--[a-z][a-z-]* $")
"""What stands before a word of a command line."""

QUOTES = ("word", "command", "option")
"""Functions that quote."""

BUILDS = re.compile(r"_?[a-z_]*(?:command|line|hint|again|words_for|flag)\Z")
"""Names of functions that give a whole line, checked where they make it."""

SAFE = {
    "key": "a task's key: letters, digits, dot, hyphen, underscore and colon, checked wherever one is read",
    "task.key": "a task's key",
    "task_key": "a task's key",
    "seen.task.key": "a task's key",
    "self.key": "a task's key",
    "colon": "a task's key",
    "wanted.key": "a task's key",
    "asked.key": "a task's key",
    "plan.asked.key": "a task's key",
    "self.order.key": "a task's key",
    "_colon(task)": "a task's key",
    "str(task.key)": "a task's key",
    "str(seen.task.key)": "a task's key",
    "name.replace('/', ':')": "a task's key",
    "number": "a number",
    "count": "a number",
    "stage": "a number",
    "facts['stage']": "a number",
    "self.number": "a number",
    "stage.number": "a number",
    "finding.stage": "a number",
    "part.stage": "a number",
    "run.stage": "a number",
    "mine[0][0]": "a number",
    "stages": "numbers with commas",
    "members": "numbers with commas",
    "listed": "numbers with commas",
    "group_id([*stages, other]).replace('-', ',')": "numbers with commas",
    "stages_flag(task, phase)": "a flag of ours with numbers, or nothing",
    "MAJOR_FORMAT": "a number",
    "self._written_stage()": "a number",
    "seen.project": "a project's id",
    "tool": "a word of ours",
    "_LEAVE": "a flag of ours",
    "line": "a line that was put together by `command` or in an f-string that is looked at",
    "first": "the number of a stage",
    "len(keys)": "a number",
    "_project(session)": "a project's id",
    "GUARDED": "a word of ours",
    "INFERENCE": "a word of ours",
    "BRIEF": "a word of ours",
    "setting.name": "a word of ours",
    "setting.kind": "a word of ours",
    "self.name": "the name of a setting, a word of ours",
    "self.kind": "a word of ours",
}
"""Expressions that hold nothing a shell interprets, wherever they stand in a line."""


def unquoted(source: Source) -> Iterator[str]:
    """A line for each interpolation that stands where a word of a command line stands and is not quoted."""
    for function in _functions(source.tree):
        known = _assigned(function)
        for node in _own_nodes(function):
            found = list(_foreign_words(node, known)) if isinstance(node, ast.JoinedStr) else []
            found += [value for value in _put_together(node) if not _is_safe(value, known)]
            found += _lost_options(node)
            for value in found:
                yield f"{source.path}:{value.lineno}: {ast.unparse(value)} has to be word(…) or command(…)"


def _put_together(node: ast.AST) -> Iterator[ast.expr]:
    """What is put behind a command line, or into one, by `+`, `%`, `.format` or `.join`."""
    match node:
        case ast.BinOp(op=ast.Add(), left=begin, right=value) if _begins_a_word(begin):
            yield value
        case ast.BinOp(op=ast.Mod(), left=ast.Constant(value=str(begin)), right=value) if COMMAND.search(begin):
            yield from value.elts if isinstance(value, ast.Tuple) else [value]
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Constant(value=str(begin)))) if COMMAND.search(begin):
            yield from (*node.args, *(each.value for each in node.keywords))
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]):
            ours = list(takewhile(lambda each: isinstance(each, ast.Constant), parts))
            if COMMAND.search("".join(f"{ast.literal_eval(each)} " for each in ours)):
                yield from parts[len(ours) :]


def _lost_options(node: ast.AST) -> Iterator[ast.expr]:
    """Options that are given to `command` as words, which it takes for names, and pairs that are none."""
    match node:
        case ast.Call(func=ast.Name(id="command"), args=[_, *words]):
            yield from (each for each in words if isinstance(each, ast.Constant) and str(each.value).startswith("-"))
            yield from (each for each in words if isinstance(each, ast.Tuple) and not _is_option(each))


def _is_option(pair: ast.Tuple) -> bool:
    """An option, written in the code, and its value."""
    return len(pair.elts) == 2 and isinstance(pair.elts[0], ast.Constant) and str(pair.elts[0].value).startswith("--")


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything in the scope that is in no function within it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _own_nodes(child)


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What is assigned to each name in the scope."""
    found: dict[str, list[ast.expr]] = {}
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    found.setdefault(name, []).append(value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(node.value)
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        several = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
        values = value.elts if several and isinstance(value, ast.Tuple) else [value] * len(target.elts)
        for each, one in zip(target.elts, values, strict=True):
            yield from _pairs(each, one)


def _foreign_words(node: ast.JoinedStr, known: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    text = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
            continue
        assert isinstance(part, ast.FormattedValue)
        if (COMMAND.search(text) or OPTION.search(text)) and not _is_safe(part.value, known):
            yield part.value
        text += "X"


def _begins_a_word(left: ast.expr) -> bool:
    """Whether a text, to which something is added, is a command line up to a word."""
    parts = left.values if isinstance(left, ast.JoinedStr) else [left]
    text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in parts)
    return text.endswith(" ") and bool(COMMAND.search(text) or OPTION.search(text))


def _is_safe(value: ast.expr, known: dict[str, list[ast.expr]], depth: int = 0) -> bool:
    if isinstance(value, ast.Constant | ast.JoinedStr) or ast.unparse(value) in SAFE:
        return True  # the parts of an f-string are looked at where it stands
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if ast.unparse(value).startswith("','.join(map(str, "):
            return True  # numbers with commas
        if name == "join" and isinstance(value.args[0], ast.GeneratorExp):
            return _is_safe(value.args[0].elt, known, depth)
        return name in QUOTES or bool(BUILDS.match(name))
    if isinstance(value, ast.IfExp):
        return _is_safe(value.body, known, depth) and _is_safe(value.orelse, known, depth)
    if isinstance(value, ast.BoolOp):
        return all(_is_safe(each, known, depth) for each in value.values)
    if isinstance(value, ast.Name) and depth < 3:
        given = known.get(value.id, [])
        return bool(given) and all(_is_safe(each, known, depth + 1) for each in given)
    return False
