# What is generated from schemas/ (nothing generated is committed): structs, tables, OpenAPI, AsyncAPI.
# One generation for every MODE and CC. The schema compiler leaves a file alone whose text is the
# same, so a changed description compiles again only what it changed.
SCHEMAC := build/tool/schemac
SCHEMAC_SRC := $(wildcard common/codec/schemac/*.c) $(addprefix common/base/,arena.c buf.c view.c res.c id.c)
SCHEMAC_OBJ := $(patsubst %.c,build/tool/%.o,$(SCHEMAC_SRC))
# A folder is newer when a file came or went.
SCHEMA_FILES := $(sort $(shell find schemas -name '*.avsc' -o -name '*.tsv' -o -mindepth 1 -type d))
QUERIES := $(wildcard services/gateway/openapi-queries.json)

GEN_SRC_event := $(addprefix $(GEN)/event/,event_tables.c event_rows.c openapi.c)
GEN_FILES := $(GEN_SRC_event) $(GEN)/event/event.h $(GEN)/event/openapi.h $(GEN)/openapi.json $(GEN)/asyncapi.json

build/tool/%.o: %.c
	@mkdir -p $(@D)
	@$(CC) -std=gnu17 -D_GNU_SOURCE $(WARN) -O1 -g -Icommon -I$(GEN) -MMD -MP -c -o $@ $<

# What the documents hold before any schema is read.
build/tool/common/codec/schemac/openapi.o build/tool/common/codec/schemac/asyncapi.o: \
  build/tool/%.o: $(GEN)/%-frame.json.inc
$(SCHEMAC): $(SCHEMAC_OBJ)
	@echo "link $@"
	@$(CC) -o $@ $^ -ljansson -lavro -lcrypto

$(GEN)/stamp: $(SCHEMAC) $(SCHEMA_FILES) $(QUERIES)
	@mkdir -p $(GEN)
	@echo "schemac $(words $(filter %.avsc,$(SCHEMA_FILES))) files"
	@$(SCHEMAC) gen schemas $(GEN) $(QUERIES)
	@touch $@
$(GEN_FILES): $(GEN)/stamp
	@:

.PHONY: gen schema-ids schema-release
gen: $(GEN)/stamp
schema-ids: $(SCHEMAC) ## give new and changed schemas their ids (schemas/ids.tsv)
	@$(SCHEMAC) ids schemas $(QUERIES)
schema-release: $(SCHEMAC) ## after a release: nothing is written any more as the one before wrote it
	@$(SCHEMAC) release schemas
