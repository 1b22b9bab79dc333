#!/usr/bin/env bash
# Installs okstra from the commit of this action into a folder of its own, and puts it on the PATH of later steps.
set -euo pipefail

if [ "$OKSTRA_INSTALL" = false ]; then
  command -v git-okstra >/dev/null || { echo "::error::git-okstra is not on PATH"; exit 1; }
  exit 0
fi
place="$RUNNER_TEMP/okstra-venv"
python3 -m venv "$place"
"$place/bin/python" -m pip install --quiet --disable-pip-version-check "$OKSTRA_SOURCE"
echo "$place/bin" >> "$GITHUB_PATH"
