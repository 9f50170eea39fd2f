/* The lock file of schema ids (schemas/ids.tsv) and the self-contained text behind each id
 * (schemas/ids/). An id, once given, always means the same text. */
#ifndef SCHEMAC_IDS_H
#define SCHEMAC_IDS_H

#include "codec/schemac/model.h"

enum { IDS_MAX = 5000 };

struct id_row {
    int32_t id;
    const char *record; /* an event's, a command's, or "Dossier" */
    const char *sha256; /* hex, of the text */
    const char *text;
    bool newest; /* `at`: what we write */
    bool was;    /* `was`: what the release before this one wrote */
};

struct ids {
    struct id_row *rows;
    size_t count;
};

/* Every record of the model that has a schema of its own on the wire: events, their commands, the
 * refusal, the dossier. Row ids are 0, `newest` true. Checks each with avro-c. */
struct ids ids_wanted(const struct model *model);
/* What ids.tsv and the texts say; each text's digest is checked. An absent file is no rows. */
struct ids ids_read(const struct model *model);
/* Fails, naming the rows to add, unless the newest rows of `locked` are exactly those wanted. */
void ids_check(const struct ids *locked, const struct ids *wanted);
/* Gives an id to each wanted text that has none, and writes file and texts. What was the newest
 * since the last release becomes what that release wrote. */
void ids_append(const struct model *model, const struct ids *wanted);
/* A release: from here on nothing is written as the one before wrote it. */
void ids_release(const struct model *model);

#endif
