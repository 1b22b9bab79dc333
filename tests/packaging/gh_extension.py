"""Writes the extension of GitHub's program `gh`: `gh okstra …` runs git-okstra, or says the line that installs it."""

from tests.packaging.facts import GENERATED, read_facts

_SCRIPT = """\
#!/bin/sh
# gh okstra ...: runs {name}, wherever it was installed, or says the line that installs it.
# {generated}
set -u

if command -v {name} >/dev/null 2>&1; then
  exec {name} "$@"
fi
for folder in "${{UV_TOOL_BIN_DIR:-}}" "${{PIPX_BIN_DIR:-}}" "${{HOME:-}}/.local/bin"; do
  if [ -n "$folder" ] && [ -x "$folder/{name}" ]; then
    exec "$folder/{name}" "$@"
  fi
done

if command -v uv >/dev/null 2>&1; then
  line="uv tool install {name}"
elif command -v pipx >/dev/null 2>&1; then
  line="pipx install {name}"
else
  line="python3 -m pip install --user {name}"
fi
echo "gh okstra: {name} is not installed; install it with: $line" >&2
exit 127
"""


def extension_script() -> str:
    """`gh-okstra`, which gh starts as it is."""
    return _SCRIPT.format(name=read_facts().name, generated=GENERATED)
