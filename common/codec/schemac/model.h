/* What the schema files say, as one model in memory: every named type once, fields with our
 * attributes. Everything lives in the tool's one arena until it exits; a bad schema ends the run.
 */
#ifndef SCHEMAC_MODEL_H
#define SCHEMAC_MODEL_H

#include "base/arena.h"
#include "base/desc.h"

#include <jansson.h>

enum { TYPES_MAX = 1000, HAS_BITS_MAX = 64, DEPTH_MAX = 12 };

enum family_of { IN_REFERRAL, IN_SESSION, IN_RISK, IN_STREAM, IN_DOSSIER, IN_COMMON, IN_MAX_ };

struct enumeration {
    const char *name;  /* ActorKind */
    const char *cname; /* actor_kind */
    const char *doc;
    const char **symbols;
    size_t count;
    bool unknown_ok;
};

/* A type without its nullability: what a field, an array's item or a sealed plaintext is. */
struct shape {
    enum kind kind;
    enum kind item_kind; /* KIND_ARRAY */
    struct record *record;
    struct enumeration *enumeration;
};

struct field {
    const char *name;
    const char *cname;
    const char *doc;
    struct shape shape;
    int has_bit; /* -1: not nullable */
    bool required, by_decider, by_import, by_edge;
    enum sealed sealed;
    struct shape plain;
    unsigned audience;
    int64_t min, max, max_length, min_items, max_items;
    const char *required_when;
    const char *format;
    const char *mints;
    const char *default_json; /* NULL: none but null */
    const char *aliases;      /* separated by spaces; NULL: none */
};

struct record {
    const char *name;
    const char *cname;
    const char *doc;
    enum family_of in;
    struct field *fields;
    size_t field_count;
    json_t *one_of; /* array or NULL */
    json_t *source;
    /* Events with a command; NULL and 0 elsewhere. */
    const char *command;
    const char *command_cname;
    const char *route;
    const char **who;
    size_t who_count;
    bool decider_inside; /* a `by: decider` field here or below: the command's table differs */
    bool declared;       /* the emitter's mark */
};

struct model {
    const char *folder;
    struct arena *arena;
    struct record *records[TYPES_MAX];
    size_t record_count;
    struct enumeration *enums[TYPES_MAX];
    size_t enum_count;
    int depth; /* of records now being read */
};

/* Prints "schemac: where: why" and exits 1. */
_Noreturn void fail(const char *where, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reads every file below `folder`; families in order, names sorted. */
struct model *model_load(const char *folder);
/* The whole text of a file, in the tool's arena; NULL where it is not there. */
const char *model_text(const struct model *model, const char *path);
struct record *model_record(const struct model *model, const char *name);
/* The parsed common/<name>.avsc, else dossier/<name>.avsc; fails when there is none. Owned. */
json_t *model_common(const char *folder, const char *name);

/* appointmentId -> appointment_id; a keyword of C gets a `_`. */
const char *name_snake(struct arena *arena, const char *name);
/* AttendanceWhose -> ATTENDANCE_WHOSE; not-held -> NOT_HELD */
const char *name_upper(struct arena *arena, const char *name);
/* The name's part after the last dot. */
const char *name_bare(const char *name);
bool name_primitive(const char *name);

#endif
