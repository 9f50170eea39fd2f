# The Referral Broker. `make help` lists the targets.
# One non-recursive Makefile; what belongs to one subject stands in mk/*.mk and is included here.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

MODE ?= debug
CC := $(if $(filter default undefined,$(origin CC)),gcc,$(CC))
CC_NAME := $(notdir $(lastword $(CC)))
O := build/$(MODE)-$(CC_NAME)
GEN := build/gen

include mk/flags.mk
include mk/layers.mk
include mk/gen.mk
include mk/embed.mk
include mk/pages.mk
include mk/build.mk
include mk/test.mk
include mk/law.mk
include mk/simulate.mk
include mk/bench.mk
include mk/fuzz.mk
include mk/faults.mk
include mk/local.mk
include mk/tidy.mk
include mk/analyze.mk

.PHONY: help
help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16
