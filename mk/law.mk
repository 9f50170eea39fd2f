# The model of the law (tests/law): a program that prints what it walked through. Always the release
# build; the short models and the weakenings are tests of the core ring.
LAW_OBJ := $(patsubst %.c,$(O)/%.o,$(wildcard tests/law/*.c))
LAW_LIBS := $(foreach l,dossier event base,$(O)/lib$(l).a)
$(O)/law: $(LAW_OBJ) $(LAW_LIBS)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_base)

.PHONY: law law-full law-run
law: ## the model of the law, every state of it within a minute; MODEL=NAME for one of it; WEAK=NAME (or all) for what a weakening breaks
	@$(MAKE) --no-print-directory MODE=release law-run
law-full: ## the same with large bounds: some minutes
	@$(MAKE) --no-print-directory MODE=release EXTENT=large law-run
law-run: $(O)/law
	@timeout 3600 $< $(if $(WEAK),weak $(filter-out all,$(WEAK)),$(or $(MODEL),$(EXTENT),usual))
