#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Plays a story with a daemon and the programs that speak the protocol by themselves, each
# in a language of your choice: python, node or bash.
#
#     play.sh hot-dog MACHINE CUSTOMER     as `play.sh hot-dog python node`
#     play.sh workers BOSS WORKER…         as `play.sh workers bash python python node`
#
# Exits with 77 where a language is not installed.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
story=${1:?usage: play.sh hot-dog|workers LANGUAGE LANGUAGE…}
shift

need() { # PROGRAM…
    for program; do
        command -v "$program" >"$scratch/found" && continue
        echo "there is no $program" >&2
        exit 77
    done
}

need_languages() { # LANGUAGE…
    for language; do
        case $language in
        python) need python3 ;;
        node) need node ;;
        bash) need bash jq nc ;;
        *) fail "there is no language $language here" ;;
        esac
    done
}

# An actor who fails takes the daemon along, so that nobody waits for ever.
actor() { # LANGUAGE ROLE
    case $1 in
    python) python3 -B "$examples/../python/$story.py" "$2" ;;
    node) node "$examples/../node/$story.mjs" "$2" ;;
    bash) "$examples/$story.bash" "$2" ;;
    esac && return
    kill "$chand_pid"
    return 1
}

play_hot_dog() { # MACHINE CUSTOMER
    actor "$1" machine &
    machine=$!
    actor "$2" customer
    wait "$machine"
}

play_workers() { # BOSS WORKER…
    boss=$1
    shift
    crew=
    for language; do
        actor "$language" worker >>"$scratch/reports" &
        crew="$crew $!"
    done
    actor "$boss" boss
    for worker in $crew; do
        wait "$worker"
    done
    awk '{ total += $(NF - 2) } END { print NR, "workers took", total, "numbers apart" }' \
        "$scratch/reports"
}

need_languages "$@"
case $story in
hot-dog)
    start_chand
    play_hot_dog "$@"
    ;;
workers)
    start_chand_unix
    play_workers "$@"
    ;;
*) fail "there is no story $story" ;;
esac
