#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tests/arch.sh misses nothing: a small project passes it, and when one thing in there is
# not as it should be, that is what it says, and where.
#
#     tests/arch_check.sh CC
set -euo pipefail
cd "$(dirname "$0")"

cc=$1
arch=$PWD/arch.sh
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"

fail() { # SENTENCE
    echo "tests/arch_check.sh: $1" >&2
    cat said >&2
    exit 1
}

# Makes a file so long, with its licence in the first line.
fill() { # FILE LINES
    printf '/* SPDX-License-Identifier: MIT */ //%.0s\n' $(seq "$2") >"$1"
}

# A project as it should be: a module, its test, and enough other tests.
begin() {
    rm -rf project
    mkdir -p project/{proto,core,access,config,server,client/{process,flow,cli},tests/{unit,sim}}
    cd project
    cp "$arch" tests
    fill core/thing.h 2
    echo 'int thing_count(int more);' >>core/thing.h
    fill core/thing.c 2
    printf '%s\n' '#include "thing.h"' 'int thing_count(int more)' '{' '    return more;' '}' \
        >>core/thing.c
    fill tests/unit/test_thing.c 500
    fill tests/unit/shared.h 500
    fill tests/sim/play.py 500
    fill tests/sim/play.sh 500
}

# Compiles it as a build does, and looks at it.
passes() {
    local source object folder

    for folder in proto core access config server client; do
        mkdir -p build/$folder
    done
    for source in core/*.c client/*.c; do
        [ -e "$source" ] || continue
        object=build/${source%/*}/CMakeFiles/thing.dir/${source##*/}.o
        mkdir -p "${object%/*}"
        "$cc" -w -c "$source" -o "$object"
    done
    tests/arch.sh build >../said 2>&1
}

# The project does not pass, because of just that.
is_seen() { # FILE:LINE SENTENCE
    ! passes || fail "it does not see: $2"
    cd ..
    grep -qF "$1: " said || fail "it does not say where: $1"
    grep -qF "$2" said || fail "it does not say: $2"
    [ "$(wc -l <said)" -eq 1 ] || fail "it says more than: $2"
}

# One line more than there may be.
is_too_long_from() { # FILE LINES
    begin
    mkdir -p "$(dirname "$1")"
    fill "$1" "$2"
    passes || fail "$1 may have $2 lines"
    fill "$1" $(($2 + 1))
    is_seen "$1:$(($2 + 1))" "more than $2 lines"
}

begin
passes || fail 'what is as it should be does not pass'
[ ! -s ../said ] || fail 'it says something about what is as it should be'
cd ..

begin
echo '#include <sys/socket.h>' >>core/thing.c
is_seen core/thing.c:8 '<sys/socket.h> may not be included here'

begin
echo 'static int thing_state; int *thing_get(void) { return &thing_state; }' >>core/thing.c
is_seen core/thing.c:8 'thing_state is a variable outside of a call'

begin
echo 'int another_count(void) { return 1; }' >>core/thing.c
is_seen core/thing.c:8 'another_count is not named after its module'

begin
{
    echo 'int thing_long(void) {'
    seq -f '    (void)%g;' 78
    echo 'return 1; }'
} >>core/thing.c
passes || fail 'a function may have 80 lines'
sed -i 's/return 1; }/return 1;\n}/' core/thing.c
is_seen core/thing.c:8 'thing_long has more than 80 lines'

for file in core/thing.c tests/{unit/test_thing.c,unit/shared.h,sim/play.py,sim/play.sh}; do
    is_too_long_from "$file" 500
done
is_too_long_from core/thing.h 150
is_too_long_from client/chan.h 400

begin
fill client/thing.c 3
is_seen core/thing.c:1 'client/thing.c has the same name'

begin
mv tests/unit/test_thing.c tests/unit/test_others.c
is_seen core/thing.c:1 'there is no tests/unit/test_thing.c'

begin
printf '%s\n' '#include <stdlib.h>' 'void *thing_new(void) { return malloc(1); }' >>core/thing.c
is_seen core/thing.c:1 'its test never lets memory run out'
begin
printf '%s\n' '#include <stdlib.h>' 'void *thing_new(void) { return malloc(1); }' >>core/thing.c
sed -i '1s/$/ starve_after(0);/' tests/unit/test_thing.c
passes || fail 'what is tried without memory does not pass'
cd ..

begin
rm tests/sim/play.* tests/unit/shared.h
for name in thing one two three; do
    fill core/$name.c 500
    fill tests/unit/test_$name.c 3
done
is_seen tests:1 'lines of tests for'

begin
sed -i '7s/$/ usleep(1);/' tests/unit/test_thing.c
is_seen tests/unit/test_thing.c:7 'a test waits for something, not for a while'

begin
echo 'one(ONE)' >core/words.def
is_seen core/words.def:1 'there is no SPDX line'
