# The fault campaign: real Kafka, Postgres and daemons, schedules of faults drawn from a seed.
# One plain program sends, breaks and judges; what it takes from tests/flow is compiled for both.
FAULTS_OBJ := $(patsubst tests/%.c,$(O)/flow/%.o,$(wildcard tests/faults/*.c) \
  $(addprefix tests/flow/,walk.c check.c) $(addprefix tests/flow/api/,api.c story.c) $(STORY))
$(O)/test/faults: $(FAULTS_OBJ) $(COMMON_LIBS) $(foreach s,$(SERVICES),$(O)/lib$(s).a)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(FAULTS_OBJ) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_all)

.PHONY: faults
faults: all $(O)/test/faults ## schedules of faults: SEEDS=n [SEED=n] [FAULTS="names"]; FAULTS=list lists them
	@BIN=$(O)/bin SEEDS='$(SEEDS)' SEED='$(SEED)' FAULTS='$(FAULTS)' tests/faults/run.sh
