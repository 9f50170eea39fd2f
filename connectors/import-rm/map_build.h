/* What the mappings share: a command being built. Inside this folder only. */
#ifndef IMPORT_RM_MAP_BUILD_H
#define IMPORT_RM_MAP_BUILD_H

#include "import-rm/map.h"

enum { COMMANDS_MAX = 100000, UNKNOWN_MAX = 100, KEPT_MAX = 60 };

struct build {
    const struct map_context *context;
    const struct rm_person *person;
    struct stated_list list;
    size_t room; /* of the list */
    /* of the command in hand */
    struct view unknown[UNKNOWN_MAX];
    size_t unknown_count;
    struct kept kept[KEPT_MAX];
    size_t kept_count;
    bool failed; /* a cell could not be read; `what` says which kind */
    const char *what;
};

/* Starts a command of `size` bytes; the body stands in the arena. `row` is "table:key". */
void *build_start(struct build *build, enum command_type type, size_t size);
/* Ends it: meta is filled and the command is on the list. */
struct build_meta {
    const char *table;
    struct view key;
    struct view referral;    /* absent: about the person */
    struct view occurred_at; /* absent: unknown, recordedAt stands in */
    struct view actor;
};
void build_end(struct build *build, const struct build_meta *meta);

void build_unknown(struct build *build, const char *pointer);
/* Keeps a value beside, where there is one. `column` is "table.column". */
void build_kept(struct build *build, const char *column, struct view value);

/* Cells to fields. Each sets the field and its bit where the cell has a value, and says whether. */
bool put_text(void *record, int bit, struct view *field, struct view cell);
bool put_uuid(struct build *build, void *record, int bit, struct uuid *field, struct view cell);
bool put_time(struct build *build, void *record, int bit, int64_t *field, struct view cell);
bool put_day(struct build *build, void *record, int bit, int32_t *field, struct view cell);
bool put_int(struct build *build, void *record, int bit, int32_t *field, struct view cell);
bool put_bool(struct build *build, void *record, int bit, bool *field, struct view cell);
/* A sealed text: its JSON. */
bool put_sealed(struct build *build, void *record, int bit, struct view *field, struct view cell);
/* A sealed group: the JSON of `group`, a record of `desc`. */
void put_sealed_group(struct build *build, void *record, int bit, struct view *field,
    const struct record_desc *desc, const void *group);
/* Texts that stand apart by the unit separator. */
struct view_array put_list(struct build *build, struct view cell);
struct uuid_array put_uuids(struct build *build, struct view cell);

bool cell_is(struct view cell, const char *text);

void map_risks(struct build *build);
void map_referral(struct build *build, const struct view *row);
void map_plans(struct build *build, struct view referral);
void map_appointments(struct build *build, struct view referral);
void map_case_notes(struct build *build, struct view referral);
void map_withdrawal(struct build *build, const struct view *row);
void map_reports(struct build *build, struct view referral);

#endif
