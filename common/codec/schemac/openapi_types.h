/* JSON Schema (2020-12, as OpenAPI 3.1 has it) of records, enums and fields, for openapi.c. */
#ifndef SCHEMAC_OPENAPI_TYPES_H
#define SCHEMAC_OPENAPI_TYPES_H

#include "codec/schemac/document.h"
#include "codec/schemac/model.h"

/* What a sender may write: without meta, without what the decider or the import adds. Each record
 * and enum that it names is added to `components`. */
json_t *openapi_record(const struct record *record, const char *description, json_t *components);

#endif
