"""Whether two permission rules of Claude Code can mean the same call."""

import re

_RULE = re.compile(r"(?P<tool>[^()]+)(?:\((?P<pattern>.*)\))?", re.DOTALL)


def overlap(one: str, other: str) -> bool:
    """Whether some call is matched by both rules; a rule without a pattern matches every call of its tool.

    Paths are compared as they are written, apart from a leading `/` or `./`.
    """
    left, right = _RULE.fullmatch(one.strip()), _RULE.fullmatch(other.strip())
    if left is None or right is None or left["tool"] != right["tool"]:
        return False
    return any(_meet(mine, theirs) for mine in _patterns(left) for theirs in _patterns(right))


def _patterns(rule: re.Match[str]) -> list[str]:
    """The rule's patterns with one kind of star: `x *`, whose old spelling is `x:*`, also means x alone."""
    pattern = "*" if rule["pattern"] is None else rule["pattern"]
    if rule["tool"] != "Bash":
        return [re.sub(r"\*+", "*", re.sub(r"^(?:\./|/+)", "", pattern))]
    words = re.fullmatch(r"(.*)(?::| )\*", pattern, re.DOTALL)
    return [words[1], f"{words[1]} *"] if words else [pattern]


def _meet(one: str, other: str) -> bool:
    """Whether some text is matched by both patterns: walks through both at once, a star taking what it likes."""
    states, seen = [(0, 0)], {(0, 0)}
    while states:
        i, j = states.pop()
        if i == len(one) and j == len(other):
            return True
        for step in _steps(one[i : i + 1], other[j : j + 1], i, j):
            if step not in seen:
                seen.add(step)
                states.append(step)
    return False


def _steps(left: str, right: str, i: int, j: int) -> list[tuple[int, int]]:
    steps = []
    if left == "*":
        steps += [(i + 1, j), *([(i, j + 1)] if right else [])]
    if right == "*":
        steps += [(i, j + 1), *([(i + 1, j)] if left else [])]
    if left and left == right:
        steps.append((i + 1, j + 1))
    return steps
