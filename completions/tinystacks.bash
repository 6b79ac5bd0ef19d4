# bash completion for tinystacks; made by `tinystacks completion bash`.
_tinystacks() {
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    case "${COMP_WORDS[COMP_CWORD - 1]}" in
    = | --artifacts | --client-id | --commit | --control | --directory | --dockerfile | --env | --env-file | --external-id | --grep | --group | --host | --message | --port | --profile | --project | --record | --region | --role-arn | --scopes | --shell | --since | --stage | --timeout | --to | -C) return ;; # a value: files are completed
    esac
    local word at=tinystacks
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$at $word" in
        "tinystacks init" | "tinystacks deploy" | "tinystacks status" | "tinystacks logs" | "tinystacks approve" | "tinystacks rollback" | "tinystacks validate" | "tinystacks build" | "tinystacks release" | "tinystacks buildspec" | "tinystacks buildspec run" | "tinystacks buildspec check" | "tinystacks variable" | "tinystacks variable set" | "tinystacks variable unset" | "tinystacks variable list" | "tinystacks connect" | "tinystacks connect github" | "tinystacks connect gitlab" | "tinystacks connect aws" | "tinystacks connect api" | "tinystacks connect list" | "tinystacks connect remove" | "tinystacks replay" | "tinystacks down" | "tinystacks explain" | "tinystacks doctor" | "tinystacks completion" | "tinystacks help") at="$at $word" ;;
        esac
    done
    case "$at" in
    "tinystacks") mapfile -t COMPREPLY < <(compgen -W "init deploy status logs approve rollback validate build release buildspec variable connect replay down explain doctor completion help --version --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks init") mapfile -t COMPREPLY < <(compgen -W "--help --dockerfile --port --force --dry-run -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks deploy") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --stage --rebuild --force --resume --no-wait --waiting-ok --queue --timeout --no-rollback --record --dry-run -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks status") mapfile -t COMPREPLY < <(compgen -W "--help --project --watch -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks logs") mapfile -t COMPREPLY < <(compgen -W "build release deployment runtime --help --project --stage --follow --since --grep -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks approve") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage --reject --message --record-only --timeout --no-rollback --record -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks rollback") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage --to --queue --timeout --no-rollback --record -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks validate") mapfile -t COMPREPLY < <(compgen -W "--help --project --strict -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks build") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --rebuild -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks release") mapfile -t COMPREPLY < <(compgen -W "--help --project --commit --working-tree --stage --queue --timeout --no-rollback --record -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec") mapfile -t COMPREPLY < <(compgen -W "run check --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec run") mapfile -t COMPREPLY < <(compgen -W "--help --directory --env --env-file --artifacts --shell --timeout -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks buildspec check") mapfile -t COMPREPLY < <(compgen -W "--help --strict -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks variable") mapfile -t COMPREPLY < <(compgen -W "set unset list --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks variable set") mapfile -t COMPREPLY < <(compgen -W "--help --secret --project --stage --build --no-deploy --queue --timeout --no-rollback --record -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks variable unset") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage --build --no-deploy --queue --timeout --no-rollback --record -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks variable list") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect") mapfile -t COMPREPLY < <(compgen -W "github gitlab aws api list remove --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect github") mapfile -t COMPREPLY < <(compgen -W "--help --host --client-id --scopes --with-token -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect gitlab") mapfile -t COMPREPLY < <(compgen -W "--help --host --client-id --scopes --with-token -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect aws") mapfile -t COMPREPLY < <(compgen -W "--help --profile --role-arn --external-id --region -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect api") mapfile -t COMPREPLY < <(compgen -W "--help --group --default --with-token -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect list") mapfile -t COMPREPLY < <(compgen -W "--help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks connect remove") mapfile -t COMPREPLY < <(compgen -W "api aws github gitlab --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks replay") mapfile -t COMPREPLY < <(compgen -W "--help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks down") mapfile -t COMPREPLY < <(compgen -W "--help --project --stage --all --yes -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks explain") mapfile -t COMPREPLY < <(compgen -W "noise.user noise.scale_in noise.spot noise.host noise.maintenance ecs.image.platform ecs.image.not_found ecs.image.denied ecs.image.network ecs.image.rate_limit ecs.image.no_space ecs.secret.denied ecs.secret.missing ecs.logs.group ecs.secret.network ecs.efs ecs.envfile ecs.eni ecs.exec_format ecs.start.command ecs.start.failed ecs.create.failed ecs.runtime.timeout ecs.oom ecs.exit.zero ecs.exit.signal ecs.exit.137 ecs.exit.nonzero ecs.health.container ecs.health.elb.stop ecs.image.not_found.event ecs.role.assume ecs.health.elb.code ecs.health.elb.timeout ecs.health.elb.refused ecs.target.not_in_use ecs.target.invalid ecs.target.elb_internal ecs.target.tg_gone ecs.elb.denied ecs.place.resource ecs.place.port ecs.place.attribute ecs.place.agent ecs.place.no_instance ecs.place.fargate_capacity ecs.place.quota ecs.place.zone ecs.place.partial ecs.task.failed_to_start ecs.deploy.stuck_config ecs.deploy.impaired ecs.deploy.throttled ecs.bg.hook_said_no ecs.bg.elb_denied ecs.bg.hook_broken ecs.bg.network_config ecs.bg.pause_timeout ecs.deploy.alarm ecs.deploy.no_rollback ecs.deploy.breaker ecs.deploy.rollback_asked ecs.deploy.superseded ecs.bg.waiting ecs.deploy.timeout unknown api.ecs.bluegreen_lb api.ecs.taskdef ecs.service.inactive ecs.service.missing ecs.cluster.missing lambda.image.not_exist lambda.image.media_type lambda.image.denied lambda.busy lambda.raced lambda.function.missing lambda.invoke.infra lambda.throttled api.denied lambda.lu.image lambda.lu.vpc lambda.lu.role lambda.lu.kms lambda.lu.efs lambda.lu.function lambda.lu.capacity lambda.lu.internal lambda.inactive lambda.pending lambda.publish.same lambda.init.entrypoint lambda.exit lambda.adapter.missing lambda.timeout lambda.handler lambda.health.code lambda.init.timeout docker.image.not_found docker.exec_format docker.command_not_found docker.start.refused docker.out_of_memory docker.exit.zero docker.exit.nonzero docker.health.failing docker.port.silent docker.port.in_use docker.container.removed release.failed release.tag test.failed --help --markdown -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks doctor") mapfile -t COMPREPLY < <(compgen -W "--help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks completion") mapfile -t COMPREPLY < <(compgen -W "bash zsh fish --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    "tinystacks help") mapfile -t COMPREPLY < <(compgen -W "exit-codes environment ci init deploy status logs approve rollback validate build release buildspec variable connect replay down explain doctor completion help --help -C --control --json --events --quiet --verbose" -- "$current") ;;
    esac
}
complete -o default -F _tinystacks tinystacks
