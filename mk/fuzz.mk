# libFuzzer programs, one for each tests/fuzz/fuzz_*.c, over the libraries as they are, built by clang
# with coverage and the sanitizers (MODE=fuzz).
FUZZ_CC ?= $(if $(shell command -v ccache),ccache )clang
FUZZ_PROGRAMS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_LIBS = $(COMMON_LIBS) $(patsubst %,$(O)/lib%.a,gateway pages import-rm projector referrals sessions risk)
# What they share, and what they take from other tests.
FUZZ_SHARED := $(patsubst %.c,$(O)/%.o,tests/fuzz/fuzz.c tests/fuzz/html.c tests/common/codec/sample.c tests/common/codec/oracle/oracle.c)

$(FUZZ_PROGRAMS): $(O)/fuzz/%: $(O)/tests/fuzz/%.o $(FUZZ_SHARED) $(FUZZ_LIBS)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $< $(FUZZ_SHARED) -Wl,--start-group $(FUZZ_LIBS) -Wl,--end-group $(LIBS_all) -lavro

# Stories are told by tests/support, compiled without Criterion's runner as for tests/flow.
FUZZ_STORY := $(patsubst tests/%.c,$(O)/flow/%.o,$(STORY)) $(O)/flow/fuzz/seed.o

# What they start from, of today's schemas; what a run once found is kept in tests/fuzz/corpus.
$(O)/fuzz/seed: $(FUZZ_STORY) $(FUZZ_SHARED) $(FUZZ_LIBS)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(FUZZ_STORY) $(FUZZ_SHARED) -Wl,--start-group $(FUZZ_LIBS) -Wl,--end-group $(LIBS_all) -lavro
build/fuzz/seeds/stamp: $(O)/fuzz/seed
	@rm -rf build/fuzz/seeds && mkdir -p build/fuzz && $(O)/fuzz/seed build/fuzz/seeds && touch $@

.PHONY: test-fuzz fuzz fuzz-run fuzz-keep
test-fuzz: ## hostile bytes and bodies, a minute in all
	@$(MAKE) --no-print-directory MODE=fuzz CC="$(FUZZ_CC)" FUZZ="run $(or $(SECONDS),4)" fuzz-run
fuzz: ## the same, SECONDS=300 each; TARGETS="http token" for some
	@$(MAKE) --no-print-directory MODE=fuzz CC="$(FUZZ_CC)" FUZZ="run $(or $(SECONDS),300)" fuzz-run
fuzz-keep: ## after a long run: what reaches most goes into tests/fuzz/corpus
	@$(MAKE) --no-print-directory MODE=fuzz CC="$(FUZZ_CC)" FUZZ=keep fuzz-run
fuzz-run: $(if $(TARGETS),$(patsubst %,$(O)/fuzz/fuzz_%,$(TARGETS)),$(FUZZ_PROGRAMS)) build/fuzz/seeds/stamp
	@tests/fuzz/run.sh $(FUZZ) $(filter $(O)/fuzz/%,$^)
