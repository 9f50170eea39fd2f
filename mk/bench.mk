# Benchmarks: tests/bench/bench_*.c are plain programs, each prints
#   bench NAME ours=… limit=… ratio=… goal=… ok|short
# with the limit measured in the same run. Always the release build; nothing here fails a test.
BENCHES := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/bench_*.c))

# $(1) program; what it takes from beside its folder stands in ALSO_tests/bench/<program>, whose services'
# parts it links in WITH_<program> (their names)
define bench_program
BOBJ_$(1) := $$(patsubst %.c,$$(O)/%.o,tests/bench/$(1).c $$(ALSO_tests/bench/$(1)))
$$(O)/bench/$(1): $$(BOBJ_$(1)) $$(COMMON_LIBS) $$(patsubst %,$$(O)/lib%.a,$$(WITH_$(1)))
	@mkdir -p $$(@D)
	@echo "link $$@"
	@$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(BOBJ_$(1)) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LIBS_all) -lavro
endef
$(foreach b,$(BENCHES),$(eval $(call bench_program,$(b))))

.PHONY: bench bench-run
bench: ## measure against the limits of this machine (release build)
	@$(MAKE) --no-print-directory MODE=release bench-run
bench-run: $(patsubst %,$(O)/bench/%,$(BENCHES))
	@for program in $^; do $$program; done
