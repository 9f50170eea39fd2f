# Benchmarks: each tests/bench/bench_*.c with a main is a plain program that prints
#   bench NAME ours=… limit=… ratio=… goal=… ok|short
# with the limit measured in the same run. Always the release build; nothing here fails a test.
BENCHES := bench_codec bench_seal bench_projection bench_decider bench_post bench_fill bench_queries \
  bench_memory bench_load bench_kill bench_start bench_projectors bench_flat bench_streams
BENCH_SHARED := bench bench_story bare_kafka bare_pg

# What a program is made of beside its own file and what all share.
PARTS_bench_codec := straight instructions
PARTS_bench_post := caller
PARTS_bench_fill := crowd
PARTS_bench_queries := crowd caller
PARTS_bench_memory := daemons
PARTS_bench_load := crowd caller daemons
PARTS_bench_kill := crowd caller daemons
PARTS_bench_start := daemons
PARTS_bench_flat := daemons
PARTS_bench_projectors := daemons projection_run
PARTS_bench_streams := listeners caller daemons
PARTS_bench_projection := projection_run capture
LDFLAGS_bench_projection := -Wl,--wrap=PQsendPrepare,--wrap=PQsendQueryPrepared

# What comes from tests/support is compiled without Criterion's runner, as for tests/flow.
bench_objects = $(patsubst %,$(O)/flow/bench/%.o,$(1) $(PARTS_$(1)) $(BENCH_SHARED)) \
  $(patsubst tests/%.c,$(O)/flow/%.o,$(STORY))

# $(1) program
define bench_program
$(O)/bench/$(1): $(call bench_objects,$(1)) $$(COMMON_LIBS) $$(foreach s,$$(SERVICES),$$(O)/lib$$(s).a)
	@mkdir -p $$(@D)
	@echo "link $$@"
	@$$(CC) $$(LDFLAGS_ALL) $$(LDFLAGS_$(1)) -o $$@ $(call bench_objects,$(1)) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LIBS_all) -lavro
endef
$(foreach b,$(BENCHES),$(eval $(call bench_program,$(b))))

.PHONY: bench bench-run
bench: ## measure against the limits of this machine (release build); BENCH="names" for some
	@$(MAKE) --no-print-directory MODE=release bench-run
bench-run: all $(patsubst %,$(O)/bench/%,$(BENCHES))
	@BIN=$(O) tests/bench/run.sh $(BENCH)
