/* JSON documents in the making: what openapi.c and asyncapi.c share. What cannot be done ends the
 * run. */
#ifndef SCHEMAC_DOCUMENT_H
#define SCHEMAC_DOCUMENT_H

#include "base/buf.h"

#include <jansson.h>

/* What a document holds before anything is added: `frame` is JSON, `where` names it in an error. */
json_t *doc_begin(const char *frame, const char *where);
/* Appends the text of the document, and lets go of it. */
void doc_end(json_t *root, struct buf *out);
void doc_put(json_t *object, const char *key, json_t *value); /* takes the value */
void doc_text(json_t *object, const char *key, const char *text);
void doc_push(json_t *array, json_t *value); /* takes the value */
/* {"$ref": "#/components/<kind>/<name>"} */
json_t *doc_ref(const char *kind, const char *name);

#endif
