# Text files that a program carries inside: x.sql becomes build/gen/x.sql.inc, a C string literal
# (so do the frames of the schema compiler's documents, mk/gen.mk).
EMBEDDED := $(patsubst %,$(GEN)/%.inc,$(wildcard common/*/sql/*.sql services/*/sql/*.sql connectors/*/sql/*.sql))

$(GEN)/%.inc: %
	@mkdir -p $(@D)
	@sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@

gen: $(EMBEDDED)
