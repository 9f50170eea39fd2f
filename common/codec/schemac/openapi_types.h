/* JSON Schema (2020-12, as OpenAPI 3.1 has it) of records, enums and fields, for openapi.c. */
#ifndef SCHEMAC_OPENAPI_TYPES_H
#define SCHEMAC_OPENAPI_TYPES_H

#include "codec/schemac/model.h"

/* What a sender may write: without meta, without what the decider or the import adds. Each record
 * and enum that it names is added to `components`. */
json_t *openapi_record(const struct record *record, const char *description, json_t *components);

/* {"$ref": "#/components/<kind>/<name>"} */
json_t *openapi_ref(const char *kind, const char *name);
void openapi_put(json_t *object, const char *key, json_t *value); /* takes the value */
void openapi_text(json_t *object, const char *key, const char *text);
void openapi_push(json_t *array, json_t *value); /* takes the value */

#endif
