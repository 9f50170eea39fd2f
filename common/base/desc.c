#include "base/desc.h"

const struct field_desc *desc_field(const struct record_desc *desc, struct view name)
{
    for (uint32_t i = 0; i < desc->field_count; i++)
        if (view_eq_text(name, desc->fields[i].name))
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
