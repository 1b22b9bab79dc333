# Completion of git-okstra for fish; printed by `git okstra completion fish`.

function __okstra_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l rows (git-okstra completion --list fish (math (count $words) - 1) $words 2>/dev/null)
    set -l option (string match -r -- '^--[^=]*=' $words[-1])
    set -l path (string replace -- "$option" '' $words[-1])
    switch "$rows[1]"
        case files
            printf "$option%s\n" (__fish_complete_path "$path")
        case directories
            printf "$option%s\n" (__fish_complete_directories "$path" '')
        case words
            string join \n -- $rows[2..-1]
    end
end

complete -c git-okstra -f -a '(__okstra_complete)'
complete -c okstra -f -a '(__okstra_complete)'
complete -c git -f -n '__fish_seen_subcommand_from okstra' -a '(__okstra_complete)'
complete -c git -f -n 'test (count (commandline -opc)) = 1' -a okstra -d 'Keep the state of agents\' work in git'
