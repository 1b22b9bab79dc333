#!/usr/bin/env bash
# Installs okstra from the commit of this action into a folder of its own, and puts that one program on PATH.
set -euo pipefail

if [ "$OKSTRA_INSTALL" = false ]; then
  command -v git-okstra >/dev/null || { echo "::error::git-okstra is not on PATH"; exit 1; }
  exit 0
fi
place="$RUNNER_TEMP/okstra-venv"
python3 -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check "$OKSTRA_SOURCE"
# not all of the folder: its python would be that of every later step of the job
mkdir -p "$RUNNER_TEMP/okstra-bin"
ln -sf "$place/bin/git-okstra" "$RUNNER_TEMP/okstra-bin/git-okstra"
echo "$RUNNER_TEMP/okstra-bin" >> "$GITHUB_PATH"
