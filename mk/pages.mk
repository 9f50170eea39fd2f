# The gateway's pages: templates and texts to C, styles and scripts to bytes in the program. One
# archive of its own on base alone: pages are pure.
PAGES := services/gateway/pages
PAGES_GEN := $(GEN)/pages
PAGES_LIB := $(O)/libpages.a

MUSTACHEC := build/tool/mustachec
MUSTACHEC_SRC := $(wildcard $(PAGES)/mustachec/*.c) $(addprefix common/base/,arena.c buf.c view.c res.c)
MUSTACHEC_OBJ := $(patsubst %.c,build/tool/%.o,$(MUSTACHEC_SRC))
$(MUSTACHEC): $(MUSTACHEC_OBJ)
	@echo "link $@"
	@$(CC) -o $@ $^

PAGES_VIEWS := $(addprefix $(PAGES)/,components.h views.h)
PAGES_TEMPLATES := $(sort $(shell find $(PAGES)/templates -name '*.html'))
PAGES_FOLDERS := $(shell find $(PAGES)/templates -type d)
$(PAGES_GEN)/stamp: $(MUSTACHEC) $(PAGES_VIEWS) $(PAGES)/text/en.txt $(PAGES_TEMPLATES) $(PAGES_FOLDERS)
	@mkdir -p $(@D)
	@echo "mustachec $(words $(PAGES_TEMPLATES)) templates"
	@$(MUSTACHEC) --out $(@D) --views gateway/pages/views.h $(PAGES_VIEWS) $(PAGES)/text/en.txt $(PAGES_TEMPLATES)
	@touch $@
$(addprefix $(PAGES_GEN)/,templates.c templates.h text.c text.h): $(PAGES_GEN)/stamp
	@:

# Styles come from npm, exactly as package-lock.json names them; nothing of it runs in the service.
NODE_MODULES := $(PAGES)/node_modules/.package-lock.json
$(NODE_MODULES): $(PAGES)/package-lock.json
	@echo "npm ci $(PAGES)"
	@cd $(PAGES) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
$(PAGES_GEN)/assets.stamp: $(NODE_MODULES) $(wildcard $(PAGES)/assets/*)
	@mkdir -p $(@D)
	@echo "assets"
	@node $(PAGES)/assets/build.mjs $(PAGES) $(@D)
	@touch $@
$(PAGES_GEN)/assets.c $(PAGES_GEN)/assets.h: $(PAGES_GEN)/assets.stamp
	@:

PAGES_SRC := $(wildcard $(PAGES)/*.c) $(addprefix $(PAGES_GEN)/,templates.c text.c assets.c)
PAGES_OBJ := $(patsubst %.c,$(O)/%.o,$(PAGES_SRC))
$(PAGES_OBJ): | $(PAGES_GEN)/stamp $(PAGES_GEN)/assets.stamp
$(PAGES_LIB): $(PAGES_OBJ)
	@mkdir -p $(@D) && rm -f $@
	@ar rcsD $@ $^

# The gateway's program and the tests of its folder link it.
PARTS_gateway := pages
.PHONY: pages
pages: $(PAGES_LIB) ## the gateway's pages alone

# The browser tests look at every page of the samples, written out by a program of their own.
PAGES_TESTS := tests/services/gateway/pages
RENDER := $(O)/test/render-pages
RENDER_OBJ := $(O)/tests/system/render/main.o $(addprefix $(O)/$(PAGES_TESTS)/,samples.o samples_case.o)
$(RENDER_OBJ) $(patsubst %.c,$(O)/%.o,$(wildcard $(PAGES_TESTS)/*.c)): | $(PAGES_GEN)/stamp $(PAGES_GEN)/assets.stamp
$(RENDER): $(RENDER_OBJ) $(PAGES_LIB) $(O)/libbase.a
	@mkdir -p $(@D)
	@echo "link $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_base)
test-system: $(RENDER)
