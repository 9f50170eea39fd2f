/* One setting's text to its C value, and what is allowed in words. Of conf.c alone. */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "base/arena.h"
#include "conf/conf.h"

enum { CONF_ALLOWED_MAX = 256 };

/* Writes the field's C type to `ret_field`; texts are copied into the arena. */
bool conf_value_parse(
    const struct conf_field *field, struct view text, struct arena *texts, void *ret_field);
void conf_allowed_print(const struct conf_field *field, char ret[static CONF_ALLOWED_MAX]);
/* The whole file, at most `bytes_max`. */
bool conf_file_read(const char *path, size_t bytes_max, struct arena *texts, struct view *ret_text);

#endif
