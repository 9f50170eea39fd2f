# Static analysis of our sources: clang's analyzer and clang-tidy (.clang-tidy), gcc -fanalyzer. Minutes,
# so not part of make test; a file is looked at again when it or a header of it changed.
ANALYZE_SRC := $(shell git ls-files 'common/*.c' 'services/*.c' 'connectors/*.c')
ANALYZE_FLAGS = -std=gnu17 -D_GNU_SOURCE -isystem /usr/include/postgresql -Icommon -I$(GEN) -Iservices -Iconnectors
# Off: it does not know __attribute__((cleanup)), by which we free and close.
ANALYZE_GCC := -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-fd-leak -Wno-analyzer-file-leak -Werror -O1

# Does not follow that a view without bytes has length 0.
build/analyze/gcc/common/base/view.ok: ANALYZE_GCC += -Wno-analyzer-null-dereference
# Takes what {{0}} initialises of an array of structs for uninitialised.
build/analyze/gcc/services/gateway/pages/mustachec/types.ok: ANALYZE_GCC += -Wno-analyzer-use-of-uninitialized-value

# Compiles tables of ours once, at start: a field of a kind has the description that goes with it.
build/analyze/tidy/services/projector/project_compile.ok: ANALYZE_TIDY := --checks=-clang-analyzer-core.NullDereference,-clang-analyzer-core.NonNullParamChecker

.PHONY: analyze analyze-run
analyze: ## clang-tidy, clang's analyzer, gcc -fanalyzer: minutes
	@compose/install.sh analyze
	@$(MAKE) --no-print-directory analyze-run
analyze-run: $(patsubst %.c,build/analyze/tidy/%.ok,$(ANALYZE_SRC)) $(patsubst %.c,build/analyze/gcc/%.ok,$(ANALYZE_SRC))
	@echo "analyze: $(words $(ANALYZE_SRC)) files, nothing to mend"
build/analyze/tidy/%.ok: %.c .clang-tidy | gen $(PAGES_GEN)/stamp
	@mkdir -p $(@D)
	@echo "clang-tidy $<"
	@clang-tidy --quiet $(ANALYZE_TIDY) $< -- $(ANALYZE_FLAGS) 2>/dev/null
	@touch $@
build/analyze/gcc/%.ok: %.c | gen $(PAGES_GEN)/stamp
	@mkdir -p $(@D)
	@echo "gcc -fanalyzer $<"
	@gcc $(ANALYZE_FLAGS) $(ANALYZE_GCC) -MMD -MP -MT $@ -MT build/analyze/tidy/$*.ok -MF $(@:.ok=.d) -c -o /dev/null $<
	@touch $@
