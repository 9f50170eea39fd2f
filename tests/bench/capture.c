#include "capture.h"

#include "bench.h"

#include <stdlib.h>
#include <string.h>

struct capture capture;

int __real_PQsendPrepare(PGconn *, const char *, const char *, int, const Oid *);
int __wrap_PQsendPrepare(PGconn *, const char *, const char *, int, const Oid *);
int __real_PQsendQueryPrepared(
    PGconn *, const char *, int, const char *const *, const int *, const int *, int);
int __wrap_PQsendQueryPrepared(
    PGconn *, const char *, int, const char *const *, const int *, const int *, int);

static struct captured_text *text_of(const char *name)
{
    for (size_t i = 0; i < capture.text_count; i++)
        if (strcmp(capture.texts[i].name, name) == 0)
            return &capture.texts[i];
    return NULL;
}

int __wrap_PQsendPrepare(
    PGconn *pg, const char *name, const char *text, int count, const Oid *types)
{
    if (text_of(name) == NULL) {
        MUST(capture.text_count < CAPTURE_TEXTS_MAX && count <= CAPTURE_PARAMS_MAX);
        struct captured_text *kept = &capture.texts[capture.text_count++];
        *kept = (struct captured_text){.name = strdup(name), .text = strdup(text), .count = count};
        MUST(kept->name != NULL && kept->text != NULL);
        memcpy(kept->types, types, (size_t)count * sizeof(*types));
    }
    return __real_PQsendPrepare(pg, name, text, count, types);
}

static void keep(const char *name, int count, const char *const *values, const int *lengths)
{
    if (capture.statements == NULL)
        capture.statements = calloc(CAPTURE_STATEMENTS_MAX, sizeof(*capture.statements));
    MUST(capture.statements != NULL && capture.count < CAPTURE_STATEMENTS_MAX);
    struct captured *kept = &capture.statements[capture.count++];
    *kept = (struct captured){.text = text_of(name)};
    MUST(kept->text != NULL && kept->text->count == count);
    for (int i = 0; i < count; i++) {
        if (values[i] == NULL)
            continue;
        kept->lengths[i] = lengths[i];
        kept->values[i] = malloc((size_t)lengths[i] + 1);
        MUST(kept->values[i] != NULL);
        memcpy(kept->values[i], values[i], (size_t)lengths[i]);
        kept->bytes += (size_t)lengths[i];
    }
}

int __wrap_PQsendQueryPrepared(PGconn *pg, const char *name, int count, const char *const *values,
    const int *lengths, const int *formats, int result)
{
    if (capture.on)
        keep(name, count, values, lengths);
    return __real_PQsendQueryPrepared(pg, name, count, values, lengths, formats, result);
}

void capture_clear(void)
{
    for (size_t i = 0; i < capture.count; i++)
        for (int k = 0; k < capture.statements[i].text->count; k++)
            free(capture.statements[i].values[k]);
    capture.count = 0;
}
