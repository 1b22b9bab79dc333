#compdef git-okstra okstra
#description Keep the state of agents' work in git, and follow it through rewritten history
# Completion of git-okstra for zsh; printed by `git okstra completion zsh`. zsh's own completion of git calls it for
# `git okstra`.

_git-okstra() {
  local line kind= word meaning
  local -a rows candidates
  rows=("${(@f)$(git-okstra completion --list zsh $((CURRENT - 1)) "${words[@]}" 2>/dev/null)}")
  kind=$rows[1]
  [[ $kind = words ]] || compset -P '--*='  # a path begins behind `--option=`
  case $kind in
    files) _files ;;
    directories) _files -/ ;;
    words)
      for line in "${(@)rows[2,-1]}"; do
        word=${line%%$'\t'*} meaning=${line#*$'\t'}
        candidates+=("${word//:/\\:}${meaning:+:$meaning}")
      done
      (( $#candidates )) && _describe -t okstra okstra candidates
      ;;
  esac
}

if [ "$funcstack[1]" = _git-okstra ]; then
  _git-okstra "$@"
else
  compdef _git-okstra git-okstra okstra
fi
