"""What programs are started with: options are words of our own code, everything else goes where it is only a value."""

import ast
from collections.abc import Iterator, Sequence

from tests.house.sources import Source

STARTERS = {"run_git": 0, "ask_remote": 1, "run_program": 1}
"""Functions that start a program -> which argument is the list of its options."""

INLINE = ("-m", "-b")
"""Options of one letter that take a value, which may stand right behind them."""

VALUED = ("--head", "--base", "--title", "--body-file", "--repo")
"""Options of gh that take the next word as their value, whatever it begins with."""

EXCUSED: dict[tuple[str, str], str] = {
    ("okstra_git/git/remotes.py", "options"): "passes on what its callers give, who are looked at as well",
    ("okstra_cli/demo/playground.py", "words"): "the demo types its own fixed lines, for people to see",
}
"""(module, expression) -> why it may stand for options. One that is not used any more is a breach."""


def loose_words(source: Source) -> Iterator[tuple[str, int]]:
    """(expression, line) of every word among the options of a program that is not written in the code."""
    tree = source.tree
    outside = _assigned(tree)
    for scope in (tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))):
        known = outside | _literal_parameters(scope) | _assigned(scope)
        for node in _own_nodes(scope):
            if isinstance(node, ast.Call) and (at := STARTERS.get(_name(node.func))) is not None:
                for word in _loose(_argument(node, at), known, depth=0):
                    yield ast.unparse(word), word.lineno


def unexcused(source: Source, excused: dict[tuple[str, str], str] = EXCUSED) -> Iterator[str]:
    """Words among options that no line of the table explains."""
    for word, line in loose_words(source):
        if (source.path, word) not in excused:
            yield (
                f"{source.path}:{line}: {word} is no option written in the code: give it to run_git as one of "
                "revisions=, values= or paths=, to another program as '--option=' and the value, or behind '--'"
            )


def idle(sources: Sequence[Source], excused: dict[tuple[str, str], str] = EXCUSED) -> Iterator[str]:
    """Excuses that excuse nothing any more."""
    used = {(source.path, word) for source in sources for word, _ in loose_words(source)}
    for path, word in sorted(excused.keys() - used):
        yield f"{path} gives no {word} any more: drop its line"


def _loose(node: ast.expr | None, known: dict[str, list[ast.expr]], depth: int) -> Iterator[ast.expr]:
    """The parts of an expression that may hold something else than words of ours."""
    match node:
        case None | ast.Constant():
            return
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            yield from _loose_parts(parts, known, depth)
        case ast.Starred(value=inner):
            yield from _loose(inner, known, depth)
        case ast.IfExp(body=one, orelse=other):
            yield from _loose(one, known, depth)
            yield from _loose(other, known, depth)
        case ast.JoinedStr(values=parts):
            begin = parts[0].value if isinstance(parts[0], ast.Constant) else ""
            inside = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
            if not _takes_a_value(str(begin)) and any(True for each in inside for _ in _loose(each, known, depth)):
                yield node
        case ast.Name(id=name) if depth < 4 and known.get(name):
            if any(True for given in known[name] for _ in _loose(given, known, depth + 1)):
                yield node
        case _:
            yield node


def _loose_parts(parts: Sequence[ast.expr], known: dict[str, list[ast.expr]], depth: int) -> Iterator[ast.expr]:
    before: object = None
    for part in parts:
        if isinstance(part, ast.Constant) and part.value == "--":
            return  # behind it the program takes nothing for an option
        is_value, before = before in VALUED, part.value if isinstance(part, ast.Constant) else None
        if not is_value:
            yield from _loose(part, known, depth)


def _takes_a_value(begin: str) -> bool:
    return begin.startswith(INLINE) or (begin.startswith("--") and "=" in begin)


def _argument(call: ast.Call, at: int) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg in ("options", "arguments")), None)
    return call.args[at] if len(call.args) > at else named


def _literal_parameters(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Parameters that mypy holds to a few words: `Literal[…]`."""
    if not isinstance(scope, ast.FunctionDef):
        return {}
    every = [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]
    given = {each.arg: each.annotation for each in every}
    is_literal = {name: ast.unparse(kind).startswith("Literal[") for name, kind in given.items() if kind is not None}
    return {name: [ast.Constant(name)] if is_literal.get(name) else [] for name in given}


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """What is assigned to each name in the scope, itself alone."""
    found: dict[str, list[ast.expr]] = {}
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets, node.value):
                found.setdefault(target, []).append(value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.For | ast.comprehension | ast.NamedExpr) and isinstance(node.target, ast.Name):
            value = node.value if isinstance(node, ast.NamedExpr) else ast.Name("something", lineno=0)
            found.setdefault(node.target.id, []).append(value)
    return found


def _pairs(targets: Sequence[ast.expr], value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value
        elif isinstance(target, ast.Tuple):
            both = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
            parts = value.elts if both and isinstance(value, ast.Tuple) else [value] * len(target.elts)
            for each, one in zip(target.elts, parts, strict=True):
                yield from _pairs([each], one)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything in the scope that is in no function within it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _own_nodes(child)


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
