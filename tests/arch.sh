#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Holds the architecture: who may include what, where variables may live, how things are
# named, how large they may grow, and that all of it is tested. Prints each violation as
# file:line: sentence.
#
#     tests/arch.sh BUILD     a build folder with the objects of an ordinary build
set -euo pipefail
set -f # the patterns in the tables are for names, not for files
cd "$(dirname "$0")/.."
export LC_ALL=C

build=${1:?usage: tests/arch.sh BUILD}
folders=(proto core access config server client)

# The folders of code, and the headers that their files may include: ours as folder/header,
# those of the system as <header>.
iso='<assert.h> <ctype.h> <errno.h> <inttypes.h> <limits.h> <stdalign.h> <stdarg.h>
     <stdatomic.h> <stdbool.h> <stddef.h> <stdint.h> <stdio.h> <stdlib.h> <stdnoreturn.h>
     <string.h>'
libc='<*>'
names='proto/err.h proto/kind.h proto/limit.h proto/name.h proto/slice.h'
declare -A may_include=(
    [proto]="proto/* $iso"
    [core]="core/* $names $iso <fnmatch.h>"
    [access]="access/* $names $iso"
    [config]="config/* access/digest.h access/right.h proto/* $libc"
    [server]="server/* access/* core/* config/* proto/* $libc"
    [client]="client/* core/list.h proto/* $libc"
    [client/process]="client/* core/* proto/text.h $names $libc"
    [client/flow]="client/flow/* client/chan.h client/outcome.h $libc"
    [client/cli]="client/cli/* client/chan.h access/token.h $libc"
)

# Headers that have their places, whatever the table above says, and those.
declare -A belongs_to=(
    ['*..*']=''
    ['client/cli/*']='client/cli/*'
    ['<?mmintrin.h>']='proto/scan.*'
    ['<check.h>']=''
    ['<arpa/inet.h>']='proto/address.c server/* client/*'
    ['<event2/*>']='client/chan_event.h server/*'
    ['<jansson.h>']='client/jansson.c server/op_info.c'
    ['<openssl/*>']='client/tls.c server/secure*.[ch]'
    ['<pthread.h>']='client/client.h client/flow/* client/process/* server/*'
    ['<sanitizer/*>']='client/process/shadow_*.h'
    ['<sodium.h>']='access/token.c'
    ['<systemd/*>']=''
    ['<ucontext.h>']='client/process/fiber.h client/process/shadow.h'
    ['<yaml.h>']='config/document.c'
)

# Files whose variables may change outside of a function's call, and why.
declare -A may_have_globals=(
    [client/process/runtime.c]='chan_go(fn, arg) names no object that could hold them'
    [server/log.c]='one process has one log'
    [server/main.c]='a signal handler sees nothing else'
)

# Files that no tests/unit/test_x.c mirrors, and what tests them instead.
declare -A tested_by=(
    ['server/main.c']='tests/e2e'
    ['client/cli/*']='tests/e2e'
)

# Files that allocate while their own unit test has memory enough, and who takes it away.
declare -A starved_by=(
    ['client/cli/*']='nobody: the command says so and ends'
    ['client/client.c']='tests/fail/user.c'
    ['client/conn.c']='tests/fail/user.c'
    ['client/inform.c']='tests/fail/user.c'
    ['client/resume.c']='tests/fail/user.c'
    ['client/tls.c']='tests/fail/user.c'
    ['client/flow/*']='tests/fail/composing.c'
    ['config/*']='tests/unit/test_config.c, tests/fail/test_changing.py'
    ['server/credentials.c']='tests/fail/test_serving.py'
    ['server/guard.c']='tests/fail/test_serving.py'
    ['server/secure.c']='tests/fail/test_serving.py'
    ['server/session.c']='tests/fail/test_serving.py'
)

violations=0

violation() { # FILE LINE SENTENCE
    printf '%s:%s: %s\n' "$@"
    violations=$((violations + 1))
}

fits() { # WORD PATTERN…
    local word=$1 pattern

    shift
    for pattern; do
        # shellcheck disable=SC2053 # the right hand side is a pattern
        [[ $word == $pattern ]] && return 0
    done
    return 1
}

# Prints the files below the folders given whose names end so.
files() { # ENDING FOLDER…
    local ending=$1

    shift
    find "$@" -name "*.$ending" | sort
}

# What the tests are written in, with what they share.
test_files() {
    local ending

    for ending in '[ch]' py sh; do files "$ending" tests; done
}

lines_of() { # FILE…
    cat "$@" | wc -l
}

# Includes.

declare -A folder_of_header

find_headers() {
    local header

    for header in $(files h "${folders[@]}") $(files def "${folders[@]}"); do
        folder_of_header[${header##*/}]=${header%/*}
    done
}

full_name() { # HEADER FOLDER-OF-INCLUDER
    if [ -e "$2/$1" ]; then
        echo "$2/$1"
    elif [ -n "${folder_of_header[$1]:-}" ]; then
        echo "${folder_of_header[$1]}/$1"
    else
        echo "<$1>"
    fi
}

include_is_allowed() { # FILE HEADER
    local file=$1 header=$2 pattern

    for pattern in "${!belongs_to[@]}"; do
        if fits "$header" "$pattern"; then
            # shellcheck disable=SC2086 # a list of patterns
            fits "$file" ${belongs_to[$pattern]}
            return
        fi
    done
    # shellcheck disable=SC2086 # a list of patterns
    fits "$header" ${may_include[${file%/*}]:-}
}

check_includes() {
    local file line header

    while IFS=: read -r file line header; do
        header=${header#*[<\"]}
        header=${header%[>\"]*}
        header=$(full_name "$header" "${file%/*}")
        include_is_allowed "$file" "$header" ||
            violation "$file" "$line" "$header may not be included here"
    done < <(files '[ch]' "${folders[@]}" | xargs grep -n '^ *# *include')
}

# Variables: what the compiler put where it can be written. Tables of pointers, which the
# loader fills in before anything runs, are constant.

check_globals() {
    local object symbol file

    while read -r object symbol; do
        file=${object#"$build"/}
        file=${file/CMakeFiles\/*.dir\//}
        file=${file%.o}
        fits "$file" "${!may_have_globals[@]}" && continue
        symbol=${symbol%.[0-9]*}
        violation "$file" "$(grep -n -m 1 -w "$symbol" "$file" | cut -d: -f1)" \
            "$symbol is a variable outside of a call"
    done < <(for folder in "${folders[@]}"; do files o "$build/$folder"; done |
        xargs nm -A --format=sysv |
        awk -F '[:|]' '$NF ~ /^\.(data|bss|tdata|tbss)/ && $NF !~ /^\.data\.rel\.ro/ {
                           gsub(/ /, ""); print $1, $2 }')
}

# Functions: the names of those that others can call, and the length of all.

list_functions() { # prints FILE LINE LAST-LINE NAME [file], the last for static ones
    files c "${folders[@]}" | xargs ctags -x --c-kinds=f --fields=+ne --_xformat='%F %n %e %N %f'
}

list_declarations() { # prints HEADER NAME
    files h "${folders[@]}" | xargs ctags -x --c-kinds=p --_xformat='%F %N'
}

# A module is a header and the files that do what it says: alt_start stands in alt.h or in
# alt.c, op_put in op_channel.c. Several of a noun may be called by its plural.
name_fits() { # FUNCTION FILE…
    local function=$1 file stem

    shift
    for file; do
        stem=${file##*/}
        stem=${stem%.*}
        fits "$function" main "$stem" "${stem}_*" "${stem}s_*" "${stem%%_*}_*" && return
    done
    return 1
}

check_names() {
    local file line _ name scope all=0 strangers=()
    local -A header

    while read -r file name; do
        header[$name]=$file
    done < <(list_declarations)
    while read -r file line _ name scope; do
        [ "$scope" != file ] || continue
        all=$((all + 1))
        name_fits "$name" "$file" "${header[$name]:-$file}" || strangers+=("$file $line $name")
    done < <(list_functions)

    [ $((${#strangers[@]} * 20)) -gt $all ] || return 0
    while read -r file line name; do
        violation "$file" "$line" "$name is not named after its module, and not the only one"
    done < <(printf '%s\n' "${strangers[@]}")
}

check_function_lengths() {
    local file first last name _

    while read -r file first last name _; do
        [ $((last - first)) -lt 80 ] ||
            violation "$file" "$first" "$name has more than 80 lines"
    done < <(list_functions)
}

check_file_lengths() {
    local file most

    for file in $(files c "${folders[@]}") $(test_files); do
        [ "$(lines_of "$file")" -le 500 ] || violation "$file" 501 'more than 500 lines'
    done
    for file in $(files h "${folders[@]}"); do
        most=150
        [ "$file" != client/chan.h ] || most=400 # all that people program against
        [ "$(lines_of "$file")" -le $most ] ||
            violation "$file" $((most + 1)) "more than $most lines"
    done
}

# Files: one noun, one name; its test goes by it.
check_file_names() {
    local file
    local -A seen

    for file in $(files c "${folders[@]}"); do
        [ -z "${seen[${file##*/}]:-}" ] ||
            violation "$file" 1 "${seen[${file##*/}]} has the same name"
        seen[${file##*/}]=$file
    done
}

# Tests.

check_mirrors() {
    local file

    for file in $(files c "${folders[@]}"); do
        fits "$file" "${!tested_by[@]}" || [ -e "tests/unit/test_${file##*/}" ] ||
            violation "$file" 1 "there is no tests/unit/test_${file##*/}"
    done
}

# Whatever allocates is tried without memory.
check_starving() {
    local file

    while read -r file; do
        fits "$file" "${!starved_by[@]}" ||
            grep -qs starve_after "tests/unit/test_${file##*/}" ||
            violation "$file" 1 "it allocates, and its test never lets memory run out"
    done < <(files c "${folders[@]}" |
        xargs grep -lE '\<(malloc|calloc|realloc|strn?dup|v?asprintf)\(')
}

check_test_length() {
    local code tests

    code=$(files '[ch]' "${folders[@]}" | xargs cat | wc -l)
    tests=$(test_files | xargs cat | wc -l)
    [ "$tests" -ge "$code" ] ||
        violation tests 1 "$tests lines of tests for $code lines of code"
}

check_waiting() {
    local file line _

    while IFS=: read -r file line _; do
        violation "$file" "$line" 'a test waits for something, not for a while'
    done < <(grep -rnwE 'sleep|usleep|nanosleep|clock_nanosleep' tests/unit tests/sim)
}

# Licence: every file that has comments says so in its first lines.
check_licence() {
    local file

    while read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
            violation "$file" 1 'there is no SPDX line'
    done < <(find . \( -path './build*' -o -path ./.git \) -prune -o -type f \
        \( -name '*.[ch1-8]' -o -name '*.def' -o -name '*.map' -o -name '*.sh' \
        -o -name '*.bash' -o -name '*.py' -o -name '*.mjs' -o -name '*.yaml' \
        -o -name '*.in' -o -name '*.socket' -o -name CMakeLists.txt -o -name Makefile \
        -o -path './.ci/*' \) \
        -not -path './tests/*/corpus/*' -printf '%P\n' | sort)
}

find_headers
check_includes
check_globals
check_names
check_function_lengths
check_file_lengths
check_file_names
check_mirrors
check_starving
check_test_length
check_waiting
check_licence
[ $violations -eq 0 ]
