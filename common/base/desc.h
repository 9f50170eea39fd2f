/* How a generated struct is laid out: what one generic walker each for Avro, JSON, printing and
 * comparing needs. The tables are written by the schema compiler from schemas/ and stand in
 * common/event; nobody else writes one, tests excepted. */
#ifndef BASE_DESC_H
#define BASE_DESC_H

#include "base/id.h"
#include "base/view.h"

/* The C type of a field of each kind stands behind it. */
enum kind {
    KIND_BOOL,   /* bool */
    KIND_INT,    /* int32_t */
    KIND_LONG,   /* int64_t */
    KIND_DATE,   /* int32_t, days since 1970-01-01 (Avro int, logicalType date) */
    KIND_TIME,   /* int64_t, µs UTC (Avro long, logicalType timestamp-micros) */
    KIND_UUID,   /* struct uuid (Avro fixed 16) */
    KIND_DIGEST, /* struct digest (Avro fixed 32) */
    KIND_TEXT,   /* struct view, valid UTF-8 without NUL (Avro string) */
    KIND_BYTES,  /* struct view (Avro bytes) */
    KIND_ENUM,   /* int32_t: index into enum_desc.symbols; the last symbol is "unknown" */
    KIND_RECORD, /* the nested struct itself, in place */
    KIND_ARRAY,  /* struct { const T *items; size_t len; } (struct array_any's layout) */
    KIND_MAX_
};

enum sealed { SEALED_NO, SEALED_PERSON, SEALED_RISK };

/* Who may see a field opened: a set. 0 is everybody who may see the record. */
enum field_audience { FIELD_FOR_PROBATION = 1, FIELD_FOR_PROVIDER = 2 };

struct array_any {
    const void *items;
    size_t len;
};

struct enum_desc {
    const char *name;
    const char *const *symbols; /* JSON spelling: not-held is not_held in Avro */
    int32_t count;
    bool unknown_ok; /* a sender may state "unknown"; else only a newer schema's symbol is it */
};

struct field_desc {
    const char *name; /* as in the schema and in JSON: camelCase */
    const char *doc;
    enum kind kind;
    uint16_t offset; /* of the field in its struct */
    int8_t has_bit;  /* bit in the struct's leading `uint64_t has`; -1: never null on the wire */
    bool required;
    bool by_decider;                  /* absent from the command's table */
    bool by_import;                   /* only the import connector may state it */
    bool by_edge;                     /* the edge fills it in: no sender states it */
    uint8_t audience;                 /* bits of enum field_audience; 0: everybody */
    enum sealed sealed;               /* then kind is KIND_BYTES and `plain` says what is inside */
    int64_t min, max;                 /* numbers; both 0: no limit */
    uint32_t max_length;              /* text: code points; bytes: bytes. 0: 200 */
    uint32_t min_items, max_items;    /* arrays; max 0: 100 */
    const char *required_when;        /* "method=office" etc. (schemas/README.md); NULL: none */
    const char *format;               /* "crn", "email", "postcode", ...; NULL: none */
    const char *mints;                /* KIND_UUID: the part whose new id this is; NULL: none */
    const char *default_json;         /* value where the writer lacks the field; NULL: absent */
    const char *aliases;              /* its former names, separated by spaces; NULL: none */
    const struct record_desc *record; /* KIND_RECORD, or array of records */
    const struct enum_desc *enumeration; /* KIND_ENUM, or array of enums */
    enum kind item_kind;                 /* KIND_ARRAY: kind of an item (never KIND_ARRAY) */
    uint32_t item_size;                  /* KIND_ARRAY: sizeof an item */
    const struct field_desc *plain; /* sealed fields: the plaintext's shape (offset 0), else NULL */
};

/* "exactly one of these fields", where `when` holds (NULL: always). */
struct one_of_desc {
    const char *when;
    const char *const *fields; /* names */
    size_t count;
};

struct record_desc {
    const char *name; /* "AppointmentBooked", "BookAppointment", "Meta" */
    const char *doc;
    uint32_t size; /* sizeof the struct; it starts with `uint64_t has` */
    uint32_t field_count;
    const struct field_desc *fields;
    const struct one_of_desc *one_of;
    uint32_t one_of_count;
    bool seals; /* a sealed field stands in it, or in a record below */
};

/* The field is sealed, or something below it is. */
static inline bool field_seals(const struct field_desc *field)
{
    return field->sealed != SEALED_NO || (field->record != NULL && field->record->seals);
}

/* An older version of a record's schema, as what it has less than the tables above: how today's
 * structs are written so that a program which knows only that version reads them. */
struct edition_record {
    const struct record_desc *desc;
    uint64_t lacks; /* a bit by place in desc->fields: not there */
};
struct edition_enum {
    const struct enum_desc *enumeration;
    int32_t count; /* its first symbols, so many, have the same place there */
};
struct edition {
    int32_t id;                           /* of the schema */
    const struct edition_record *records; /* those that lack something, or a record below does */
    size_t record_count;
    const struct edition_enum *enums; /* those that lack something */
    size_t enum_count;
};

static inline bool has_bit(const void *record, int8_t bit)
{
    return bit < 0 || ((*(const uint64_t *)record >> bit) & 1) != 0;
}

/* The field of that name, or NULL. */
const struct field_desc *desc_field(const struct record_desc *desc, struct view name);
/* The symbol's index, or -1. */
int32_t desc_symbol(const struct enum_desc *desc, struct view symbol);

#endif
