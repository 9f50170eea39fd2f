# Text files that a program carries inside: x.sql becomes build/gen/x.sql.inc, a C string literal
# (so do the frames of the schema compiler's documents, mk/gen.mk).
EMBEDDED := $(patsubst %,$(GEN)/%.inc,$(wildcard common/*/sql/*.sql services/*/sql/*.sql connectors/*/sql/*.sql))

$(GEN)/%.inc: %
	@mkdir -p $(@D)
	@sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@

# A folder's numbered ones as rows of struct pg_migration: build/gen/<folder>/migrations.inc. They run from
# 001 on without a gap, or the build stops. A folder is newer when a file came or went.
MIGRATIONS := $(patsubst %/,$(GEN)/%/migrations.inc,$(sort $(dir $(wildcard $(addsuffix /sql/[0-9]*.sql,common/* services/* connectors/*)))))

$(MIGRATIONS): $(GEN)/%/migrations.inc: %
	@mkdir -p $(@D)
	@ls $< | sed -n '/^[0-9].*\.sql$$/s/\.sql$$//p' | LC_ALL=C sort | awk -v folder=$< ' \
	  index($$0, sprintf("%03d_", NR)) != 1 { print folder "/" $$0 ".sql: number " NR " is due" >"/dev/stderr"; exit 1 } \
	  { printf "{%d, \"%s\",\n#include \"%s/%s.sql.inc\"\n},\n", NR, substr($$0, 5), folder, $$0 }' >$@

gen: $(EMBEDDED) $(MIGRATIONS)
