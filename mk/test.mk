# Four rings: core (pure), edge (one adapter), flow (several services over real Kafka and Postgres),
# system (everything, browser included). A folder of tests/ is one Criterion program.
TESTS_core := $(sort $(patsubst %/,%,$(dir $(wildcard $(foreach d,base codec event dossier conf obs daemon,tests/common/$(d)/test_*.c) \
  tests/services/*/test_*.c tests/services/*/pages/test_*.c tests/connectors/*/test_*.c tests/law/checks/test_*.c))))
TESTS_edge := $(sort $(patsubst %/,%,$(dir $(wildcard $(foreach d,kafka pg store http seal edge codec/oracle,tests/common/$(d)/test_*.c) \
  tests/services/*/edge/test_*.c))))
test_name = $(subst /,-,$(patsubst tests/%,%,$(1)))

# What a test program takes from beside its own folder.
ALSO_tests/common/codec/oracle := tests/common/codec/sample.c
ALSO_tests/common/pg := tests/support/cluster.c
ALSO_tests/law/checks := $(filter-out tests/law/main.c,$(wildcard tests/law/*.c))
ALSO_tests/common/edge := tests/support/cluster.c
STORY := tests/support/story.c $(wildcard tests/support/commands*.c)
ALSO_tests/common/dossier := $(STORY)
ALSO_tests/services/deciders := $(STORY)
WORLD := $(wildcard tests/support/world/*.c)
ALSO_tests/common/daemon := $(WORLD)
ALSO_tests/services/projector := tests/support/model.c
ALSO_tests/services/referrals := $(STORY)
ALSO_tests/services/sessions := $(STORY)
ALSO_tests/services/risk := $(STORY)
ALSO_tests/services/brokerctl := $(STORY)
ALSO_tests/services/projector/edge := $(STORY) tests/support/cluster.c tests/support/model.c tests/services/projector/people.c
$(O)/tests/%.o: CFLAGS_ALL += -Itests

# $(1) folder
define test_program
TOBJ_$(1) := $$(patsubst %.c,$$(O)/%.o,$$(wildcard $(1)/*.c) $$(ALSO_$(1)))
$$(O)/test/$(call test_name,$(1)): $$(TOBJ_$(1)) $$(COMMON_LIBS) $$(foreach s,$$(SERVICES) $$(CONNECTORS),$$(O)/lib$$(s).a $$(patsubst %,$$(O)/lib%.a,$$(PARTS_$$(s))))
	@mkdir -p $$(@D)
	@echo "link $$@"
	@$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(TOBJ_$(1)) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LIBS_all) -lavro -lcriterion
endef
$(foreach t,$(TESTS_core) $(TESTS_edge),$(eval $(call test_program,$(t))))

.PHONY: test test-core test-edge test-flow test-system
test: ## everything: installs what it needs, all rings, both compilers
	@compose/install.sh test
	@tests/all.sh
test-core: $(foreach t,$(TESTS_core),$(O)/test/$(call test_name,$(t))) ## pure tests, seconds
	@tests/run.sh core $^
test-edge: $(foreach t,$(TESTS_edge),$(O)/test/$(call test_name,$(t))) ## one adapter each, against the real thing
	@tests/run.sh edge $^
test-flow: all $(O)/test/flow ## several services over real Kafka and Postgres, with faults; FLOW="names" for some
	@BIN=$(O)/bin tests/flow/run.sh $(FLOW)
test-system: all ## everything, browser included
	@BIN=$(O)/bin tests/system/run.sh

# What the flow tests send and count with: a plain program, so what it takes from tests/support is
# compiled without Criterion's runner.
FLOW_OBJ := $(patsubst tests/%.c,$(O)/flow/%.o,$(wildcard tests/flow/*.c) $(STORY))
$(O)/flow/%.o: tests/%.c | gen
	@mkdir -p $(@D)
	@echo "cc $<"
	@$(CC) $(CFLAGS_ALL) -Itests/flow/plain -Itests -c -o $@ $<
$(O)/test/flow: $(FLOW_OBJ) $(COMMON_LIBS) $(foreach s,$(SERVICES),$(O)/lib$(s).a)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(FLOW_OBJ) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS_all)

# The API's flow: one program over the running broker (tests/flow/api).
FLOW_API_OBJ := $(patsubst %.c,$(O)/%.o,$(wildcard tests/flow/api/*.c))
$(O)/test/flow-api: $(FLOW_API_OBJ) $(COMMON_LIBS)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(FLOW_API_OBJ) -Wl,--start-group $(COMMON_LIBS) -Wl,--end-group $(LIBS_all)
test-flow: $(O)/test/flow-api

# What has threads, under ThreadSanitizer: a plain program (MODE=tsan), each part by itself.
THREADS_OBJ := $(patsubst tests/%.c,$(O)/flow/%.o,$(wildcard tests/threads/*.c) tests/common/http/owned_server.c tests/common/kafka/mock.c)
$(O)/test/threads: $(THREADS_OBJ) $(COMMON_LIBS)
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(THREADS_OBJ) -Wl,--start-group $(COMMON_LIBS) -Wl,--end-group $(LIBS_all)
.PHONY: test-threads threads-run
test-threads: ## what has threads, under ThreadSanitizer
	@$(MAKE) --no-print-directory MODE=tsan threads-run
threads-run: $(O)/test/threads
	@tests/threads/run.sh $<
