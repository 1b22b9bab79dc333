# Completion of git-okstra for bash 3.2 and newer; printed by `git okstra completion bash`.
# git's own completion calls _git_okstra for `git okstra`.

_okstra_complete() {
  local line kind="" word place=0
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$kind" ]; then
      kind=$line
      continue
    fi
    word=${line%%$'\t'*}
    COMPREPLY[place]="$word "
    place=$((place + 1))
  done < <(git-okstra completion --list bash "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null)
  case $kind in
    files) compopt -o filenames +o nospace 2>/dev/null ;;
    directories)
      compopt -o filenames +o nospace 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY[place]=$line
        place=$((place + 1))
      done < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")
      ;;
    *) compopt +o default +o bashdefault 2>/dev/null ;; # no file names in the place of names that there are none of
  esac
  return 0
}

_git_okstra() {
  _okstra_complete
}

complete -o bashdefault -o default -o nospace -F _okstra_complete git-okstra okstra
