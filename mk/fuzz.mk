# libFuzzer targets: tests/fuzz/fuzz_*.c over base, event and codec, with clang's coverage.
FUZZ_CC ?= $(if $(shell command -v ccache),ccache )clang
FUZZ_O := build/fuzz/obj
FUZZ_FLAGS = -std=gnu17 -D_GNU_SOURCE $(WARN) -O1 -g -fsanitize=address,undefined \
  -fno-sanitize-recover=all -Icommon -I$(GEN) -MMD -MP
FUZZ_SRC := $(wildcard common/base/*.c common/codec/*.c) $(GEN_SRC_event) tests/fuzz/fuzz.c
FUZZ_OBJ := $(patsubst %.c,$(FUZZ_O)/%.o,$(FUZZ_SRC))
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

$(FUZZ_O)/%.o: %.c | gen
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<
$(FUZZ_PROGRAMS): build/fuzz/%: $(FUZZ_O)/tests/fuzz/%.o $(FUZZ_OBJ)
	@echo "link $@"
	@$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ -ljansson -lcrypto

# What they start from, of today's schemas; what a run once found is kept in tests/fuzz/corpus.
build/fuzz/seed: $(FUZZ_O)/tests/fuzz/seed.o $(FUZZ_O)/tests/common/codec/sample.o $(FUZZ_OBJ)
	@echo "link $@"
	@$(FUZZ_CC) -fsanitize=address,undefined -o $@ $^ -ljansson -lcrypto
build/fuzz/seeds/stamp: build/fuzz/seed
	@rm -rf build/fuzz/seeds && build/fuzz/seed build/fuzz/seeds && touch $@

.PHONY: test-fuzz fuzz
test-fuzz: $(FUZZ_PROGRAMS) build/fuzz/seeds/stamp ## hostile bytes and bodies, a few seconds each
	@tests/fuzz/run.sh $(or $(FUZZ_SECONDS),3) $(FUZZ_PROGRAMS)
fuzz: $(FUZZ_PROGRAMS) build/fuzz/seeds/stamp ## the same, FUZZ_SECONDS=300 each
	@tests/fuzz/run.sh $(or $(FUZZ_SECONDS),300) $(FUZZ_PROGRAMS)
