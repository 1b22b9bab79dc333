#!/usr/bin/env bash
# Compares a pull request with what was approved, and posts the verdict as a commit status.
#
# Nothing of the pull request is checked out or run. Whatever comes from outside arrives in environment variables or
# files, is checked by github.py, and is never part of the text of a command.
set -euo pipefail

github() { python3 "$OKSTRA_SOURCE/action/github.py" "$@"; }

scratch="$(mktemp -d "$RUNNER_TEMP/okstra.XXXXXX")"
clone="$scratch/clone.git"
github facts > "$scratch/facts"
{ read -r head; read -r base; } < "$scratch/facts"
compared="${OKSTRA_COMMIT:-$head}"

# a clone of its own, with history: the one of the job may be shallow, or not there at all
GIT_DEFAULT_HASH=sha1 GIT_DEFAULT_REF_FORMAT=files git init --quiet --bare "$clone"
export GIT_TERMINAL_PROMPT=0 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
GIT_CONFIG_VALUE_0="authorization: basic $(printf 'x-access-token:%s' "$OKSTRA_TOKEN" | base64 | tr -d '\n')"
export GIT_CONFIG_VALUE_0
address="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
git -C "$clone" fetch --quiet --no-tags "$address" "+refs/heads/$base:refs/remotes/origin/$base"
fetch() { git -C "$clone" fetch --quiet --no-tags "$address" "$1" 2> "$scratch/said" || cat "$scratch/said" >&2; }
fetch "$head"
[ "$compared" = "$head" ] || fetch "$compared"

# leaves the answer in a file; the status is that of okstra, 0 for the same change
prove() {
  local status=0
  git -C "$clone" okstra prove "$1" "$2" --base "refs/remotes/origin/$base" --json \
    > "$scratch/verdict" < /dev/null || status=$?
  [ -s "$scratch/verdict" ] || echo '{"same": null, "reason": "okstra gave no answer"}' > "$scratch/verdict"
  return "$status"
}

# the newest approval first: one that holds is enough; a commit has to be what the head was, and not its last part
: > "$scratch/verdicts"
tail -n +3 "$scratch/facts" | while IFS= read -r approved; do
  fetch "$approved"
  if prove "$approved" "$head" && [ "$compared" != "$head" ]; then
    prove "$approved" "$compared" || true
  fi
  cat "$scratch/verdict" >> "$scratch/verdicts"
done

OKSTRA_COMPARED="$compared" github status < "$scratch/verdicts"
