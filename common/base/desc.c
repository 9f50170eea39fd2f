#include "base/desc.h"

#include <string.h>

/* Most names differ in their first letter. */
static inline bool is_named(const char *text, struct view name)
{
    return name.len > 0 && text[0] == name.ptr[0] && strncmp(text, name.ptr, name.len) == 0 &&
           text[name.len] == '\0';
}

const struct field_desc *desc_field(const struct record_desc *desc, struct view name)
{
    for (uint32_t i = 0; i < desc->field_count; i++)
        if (is_named(desc->fields[i].name, name))
            return &desc->fields[i];
    return NULL;
}

int32_t desc_symbol(const struct enum_desc *desc, struct view symbol)
{
    for (int32_t i = 0; i < desc->count; i++)
        if (view_eq_text(symbol, desc->symbols[i]))
            return i;
    return -1;
}
