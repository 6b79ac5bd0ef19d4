# bash completion for tinystacks; made by `tinystacks completion bash`.
_tinystacks() {
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    case "${COMP_WORDS[COMP_CWORD - 1]}" in
    = | --artifacts | --commit | --control | --directory | --dockerfile | --env | --env-file | --grep | --port | --project | --shell | --since | --stage | --timeout | -C) return ;; # a value: files are completed
    esac
    local word at=tinystacks
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$at $word" in
        "tinystacks init" | "tinystacks deploy" | "tinystacks status" | "tinystacks logs" | "tinystacks validate" | "tinystacks build" | "tinystacks release" | "tinystacks buildspec" | "tinystacks buildspec run" | "tinystacks buildspec check" | "tinystacks down" | "tinystacks doctor" | "tinystacks completion" | "tinystacks help") at="$at $word" ;;
        esac
    done
    case "$at" in
    "tinystacks") mapfile -t COMPREPLY < <(compgen -W "init deploy status logs validate build release buildspec down doctor completion help --version --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks init") mapfile -t COMPREPLY < <(compgen -W "--help --dockerfile --port --force --dry-run -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks deploy") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --stage --rebuild --force --dry-run -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks status") mapfile -t COMPREPLY < <(compgen -W "--help --project -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks logs") mapfile -t COMPREPLY < <(compgen -W "build release deployment runtime --help --project --stage --follow --since --grep -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks validate") mapfile -t COMPREPLY < <(compgen -W "--help --project --strict -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks build") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --rebuild -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks release") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --stage -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec") mapfile -t COMPREPLY < <(compgen -W "run check --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec run") mapfile -t COMPREPLY < <(compgen -W "--help --directory --env --env-file --artifacts --shell --timeout -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec check") mapfile -t COMPREPLY < <(compgen -W "--help --strict -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks down") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage --all --yes -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks doctor") mapfile -t COMPREPLY < <(compgen -W "--help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks completion") mapfile -t COMPREPLY < <(compgen -W "bash zsh fish --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks help") mapfile -t COMPREPLY < <(compgen -W "exit-codes environment ci init deploy status logs validate build release buildspec down doctor completion help --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    esac
}
complete -o default -F _tinystacks tinystacks
