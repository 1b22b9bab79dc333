"""Reports for the tests of pages: one as people get them, and one that tries everything."""

from tests.kit.surroundings import ROOT

ASKING = (ROOT / "tests/pages/asking.md").read_text(encoding="utf-8")
"""Five questions: two that hold up the next run, one for material, one answered, one settled."""

MARKS = "<b>x</b><script>document.title='gone'</script><img src=x onerror=\"document.title='gone'\">"
"""Markup that would show itself: in the title of the page, or as an element that nobody else makes."""


def hostile(mark: str = MARKS) -> str:
    """A report with the same text in every place that a writer fills."""
    cell = mark.replace("|", "\\|")
    rows = "\n".join(
        f"| C-{number:03d} | {cell} | {kind} | {cell} | {cell}: one of {cell}, b. Recommended: {cell} — {cell} "
        f"| {blocks} | {status} | {cell} |"
        for number, (kind, blocks, status) in enumerate(
            [
                ("decision", "next-phase", "open"),
                ("material", "approval", "answered"),
                ("data-point", "none", "open"),
                (cell, cell, cell),
                ("decision", "none", "resolved"),
            ],
            1,
        )
    )
    return f"""\
---
task: {mark!r}
task-type: {mark!r}
---
# {mark}

## Verdict Card

| Verdict Token | Direction | Next Step |
|---|---|---|
| {cell} | {cell} | {cell} |

## 1. Clarification Items

| ID | Ticket ID | Kind | Statement | Expected form | Blocks | Status | User input |
|---|---|---|---|---|---|---|---|
{rows}

## {mark}

{mark}

- {mark}
- [ ] {mark}

> {mark}

    {mark}

```{mark.replace("`", "")}
{mark}
```

`{mark}` **{mark}** [{mark}](javascript:document.title='gone') [a](JaVaScRiPt:alert(1)) [b](data:text/html,x)
![{mark}](https://example.org/p.png "{mark.replace('"', "")}") <https://example.org/?q=%22onmouseover=>
[c](//example.org) [d](vbscript:x) [e](https://example.org/ "t") <a href="javascript:1">raw</a> <iframe src="https://example.org"></iframe>

<div onclick="document.title='gone'">

{mark}
</div>

| {cell} | {cell} |
|---|---|
| {cell} | {cell} |
"""
