#include "codec/schemac/document.h"

#include "codec/schemac/model.h"

#include <stdio.h>
#include <stdlib.h>

void doc_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        fail(key, "jansson refuses it");
}

void doc_text(json_t *object, const char *key, const char *text)
{
    doc_put(object, key, json_string(text));
}

void doc_push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        fail("an array", "jansson refuses an item");
}

json_t *doc_ref(const char *kind, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "#/components/%s/%s", kind, name);
    json_t *made = json_object();
    doc_text(made, "$ref", path);
    return made;
}

json_t *doc_begin(const char *frame, const char *where)
{
    json_error_t error;
    json_t *root = json_loads(frame, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        fail(where, "the frame is not JSON at %d: %s", error.position, error.text);
    return root;
}

void doc_end(json_t *root, struct buf *out)
{
    char *text = json_dumps(root, JSON_INDENT(1));
    if (text == NULL)
        fail("a document", "cannot be written");
    buf_text(out, text);
    buf_byte(out, '\n');
    free(text);
    json_decref(root);
}
