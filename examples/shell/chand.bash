# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A client of chand: bash has the sockets, jq the JSON. Each call sends a line and reads one,
# and fails when the channel is closed; anything else that goes wrong ends the program.

# Whatever follows talks to chand through descriptors 3, to read, and 4, to write.
connect() { # [URI]
    local uri=${1:-${CHAN_SERVER:-tcp://127.0.0.1:2426}}
    local where=${uri#*://}

    case $uri in
    unix://*)
        coproc nc -U "$where"
        exec 3<&"${COPROC[0]}" 4>&"${COPROC[1]}"
        ;;
    *)
        where=${where//[\[\]]/}
        exec 3<>"/dev/tcp/${where%:*}/${where##*:}" 4>&3 || fail "no chand at $uri"
        ;;
    esac
}

fail() { # SENTENCE
    echo "$1" >&2
    exit 1
}

ask() { # JQ-ARGUMENT…, the last of which makes the request
    jq -cn "$@" >&4
    read -r reply <&3 || fail 'chand has gone'
    jq -e .ok <<<"$reply" >/dev/null && return
    jq -e '.reason == "closed"' <<<"$reply" >/dev/null || fail "$reply"
    return 1
}

put() { # CHANNEL JSON
    ask --arg chan "$1" --argjson value "$2" '{op: "put", $chan, $value}'
}

# shellcheck disable=SC2034 # value is for the caller
take() { # CHANNEL, whose value, as JSON, is then $value
    ask --arg chan "$1" '{op: "take", $chan}' && value=$(jq -c .value <<<"$reply")
}

close() { # CHANNEL
    ask --arg chan "$1" '{op: "close", $chan}'
}
