# The fault campaign: real Kafka, Postgres and daemons, schedules of faults drawn from a seed.
# One plain program sends, breaks and judges; what it takes from tests/flow is compiled for both.
FAULTS_OBJ := $(patsubst tests/%.c,$(O)/flow/%.o,$(filter-out %/shim.c,$(wildcard tests/faults/*.c)) \
  $(addprefix tests/flow/,walk.c check.c) $(addprefix tests/flow/api/,api.c story.c) $(STORY))
$(O)/test/faults: $(FAULTS_OBJ) $(COMMON_LIBS) $(foreach s,$(SERVICES),$(O)/lib$(s).a)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(FAULTS_OBJ) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_all)

# Laid under release programs.
$(O)/test/faults-shim.so: tests/faults/shim.c
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O1 -g -fPIC -shared -o $@ $< -ldl

.PHONY: faults
faults: all $(O)/test/faults $(O)/test/faults-shim.so $(O)/test/flow ## schedules of faults: SEEDS=n [SEED=n] [STACK=name] [FAULTS="names"]; FAULTS=list lists them
	@BIN=$(O)/bin SEEDS='$(SEEDS)' SEED='$(SEED)' STACK='$(STACK)' FAULTS='$(FAULTS)' tests/faults/run.sh

# The ring of `make test`: the same schedules each time, short ones. And no crash point is in a release.
CRASH_SRC := $(shell grep -lw CRASH_POINT common/*/*.c services/*/*.c)
RELEASE_OBJECTS := $(patsubst %.c,build/release-$(CC_NAME)/%.o,$(CRASH_SRC) common/obs/crash.c)
RING_FAULTS := kill,stop,freeze,crash,net,thousand,lost,postgres-backends
.PHONY: test-faults release-objects
release-objects:
	@$(MAKE) --no-print-directory MODE=release $(RELEASE_OBJECTS)
test-faults: all $(O)/test/faults release-objects ## a few schedules of faults, always the same
	@BIN=$(O)/bin SEED=$(or $(SEED),1) SEEDS=$(or $(SEEDS),14) SECONDS_MAX=200 CAUGHT_UP_SECONDS=30 RESULTS=build/faults/ring.tsv \
	  RELEASE_OBJECTS='$(RELEASE_OBJECTS)' \
	  FAULTS='$(or $(FAULTS),$(RING_FAULTS))' tests/faults/run.sh
