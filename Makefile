# SPDX-License-Identifier: MIT
# The front door. CMake and Ninja do the work (CMakePresets.json), scripts in tools/ the rest.

.DEFAULT_GOAL := all
.PHONY: all help demo test fuzz bench format install clean

PREFIX ?= /usr/local
prefix ?= $(PREFIX)
DESTDIR ?=
SANITIZE ?=
SECONDS ?= 60

all: ## build chand and chan into build/bin/
	@tools/install-deps.sh -n build
	@test -e build/build.ninja || cmake --preset release >/dev/null
	@cmake --build build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: ## play the hot dog machine (installs what is missing to build)
	@tools/install-deps.sh build
	@$(MAKE) --no-print-directory all
	@examples/shell/demo.sh build/bin

test: ## check and test everything, or SANITIZE=address,undefined, or SANITIZE=thread
	@tools/install-deps.sh test
	@tools/test.sh "$(SANITIZE)"

fuzz: ## run each fuzzer for SECONDS=60
	@tools/install-deps.sh test
	@tools/fuzz.sh "$(SECONDS)"

bench: all ## compare with other brokers on this machine
	@bench/compare.sh

format: ## let clang-format have its way
	@tools/format.sh

install: all ## install into prefix=/usr/local, below DESTDIR if given
	@cmake --preset release -D CMAKE_INSTALL_PREFIX="$(prefix)" >/dev/null
	@cmake --build build
	@DESTDIR="$(DESTDIR)" cmake --install build

clean: ## remove all that was built
	rm -rf build build-*
