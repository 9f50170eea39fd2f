# The simulation: the real deciders, drivers, projection and command path in one process, in a world
# in memory (tests/simulation). A build of its own, MODE=simulate: it alone knows the switches of
# common/base/weak.h.
SIMULATION := $(wildcard tests/simulation/*.c) $(WORLD) $(STORY) tests/support/model.c
SIMULATION_OBJ := $(patsubst tests/%.c,$(O)/flow/%.o,$(SIMULATION))
SIMULATE := build/simulate-$(CC_NAME)/test/simulate
SANITIZED := build/debug-$(CC_NAME)/test/simulate
# Whatever could carry such a switch, as it goes into a release.
SWITCHED := $(patsubst %.c,build/release-$(CC_NAME)/%.o,$(shell grep -l base/weak.h $$(find common services connectors -name '*.c')))

$(O)/test/simulate: $(SIMULATION_OBJ) $(COMMON_LIBS) $(foreach s,$(SERVICES),$(O)/lib$(s).a)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(SIMULATION_OBJ) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_all)

.PHONY: simulate test-simulate
simulate: ## SEEDS=N worlds in memory that fail as they may; SEED=n: that one, or from it on
	@$(MAKE) --no-print-directory MODE=simulate $(SIMULATE)
	@$(SIMULATE) $(or $(SEEDS),$(if $(SEED),1,10000)) $(or $(SEED),1)
test-simulate: ## 10,000 of them; each rule taken away must be missed
	@$(MAKE) --no-print-directory MODE=simulate $(SIMULATE)
	@$(MAKE) --no-print-directory MODE=debug $(SANITIZED)
	@$(MAKE) --no-print-directory MODE=release $(SWITCHED)
	@tests/simulation/run.sh $(SIMULATE) $(SANITIZED) $(SWITCHED)
