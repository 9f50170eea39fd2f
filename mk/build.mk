# Every common folder is one .a; every folder of services/ and connectors/ is one program, its pure
# parts (everything but main.c) also an .a for the tests.
SERVICES := $(sort $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/*.c)))))
WITH_MAIN := $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/main.c connectors/*/main.c))))
CONNECTORS := $(notdir $(patsubst %/,%,$(dir $(wildcard connectors/*/main.c))))

define common_lib
SRC_$(1) := $$(wildcard common/$(1)/*.c) $$(GEN_SRC_$(1))
OBJ_$(1) := $$(patsubst %.c,$$(O)/%.o,$$(SRC_$(1)))
$$(O)/lib$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D) && rm -f $$@
	@ar rcsD $$@ $$^
endef
$(foreach f,$(COMMON),$(eval $(call common_lib,$(f))))

COMMON_LIBS = $(foreach f,$(LAYER_SERVICE),$(O)/lib$(f).a)

# $(1) program, $(2) its folder
define program
SRC_$(1) := $$(filter-out $(2)/main.c,$$(shell find $(2) -path '*/pages' -prune -o -name '*.c' -print)) $$(GEN_SRC_$(1))
OBJ_$(1) := $$(patsubst %.c,$$(O)/%.o,$$(SRC_$(1)))
$$(O)/lib$(1).a: $$(OBJ_$(1))
	@mkdir -p $$(@D) && rm -f $$@
	@ar rcsD $$@ $$^
$$(O)/bin/$(1): $$(O)/$(2)/main.o $$(O)/lib$(1).a $$(patsubst %,$$(O)/lib%.a,$$(PARTS_$(1))) $$(COMMON_LIBS)
	@mkdir -p $$(@D)
	@echo "link $$@"
	@$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(O)/$(2)/main.o -Wl,--start-group $$(O)/lib$(1).a $$(patsubst %,$$(O)/lib%.a,$$(PARTS_$(1))) $$(COMMON_LIBS) -Wl,--end-group $$(LIBS_all)
endef
$(foreach s,$(SERVICES),$(eval $(call program,$(s),services/$(s))))
$(foreach c,$(CONNECTORS),$(eval $(call program,$(c),connectors/$(c))))

PROGRAMS = $(patsubst %,$(O)/bin/%,$(WITH_MAIN))

$(O)/%.o: %.c | gen
	@mkdir -p $(@D)
	@echo "cc $<"
	@$(CC) $(CFLAGS_ALL) -c -o $@ $<

.PHONY: all clean
all: $(PROGRAMS) ## every program (MODE=debug|release|tsan, CC=gcc|clang)
clean: ## the build folder; never the state folder
	rm -rf build

# Not those of the other releases that a test builds there.
-include $(shell find build -path build/upgrade -prune -o -name '*.d' -print 2>/dev/null)
