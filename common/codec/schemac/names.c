#include "codec/schemac/model.h"

#include <ctype.h>
#include <string.h>

static const char *const keywords[] = {"auto", "bool", "break", "case", "char", "const", "continue",
    "default", "do", "double", "else", "enum", "extern", "false", "float", "for", "goto", "if",
    "inline", "int", "long", "register", "restrict", "return", "short", "signed", "sizeof",
    "static", "struct", "switch", "true", "typedef", "union", "unsigned", "void", "volatile",
    "while", "has"};

const char *name_snake(struct arena *arena, const char *name)
{
    size_t len = strlen(name);
    char *out = arena_alloc(arena, 2 * len + 2);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        bool upper = isupper((unsigned char)name[i]) != 0;
        bool after_lower = i > 0 && !isupper((unsigned char)name[i - 1]) && name[i - 1] != '_';
        bool before_lower = i > 0 && i + 1 < len && islower((unsigned char)name[i + 1]) &&
                            isupper((unsigned char)name[i - 1]);
        if (upper && (after_lower || before_lower))
            out[n++] = '_';
        out[n++] = name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
        if (strcmp(out, keywords[i]) == 0)
            out[n++] = '_';
    return out;
}

const char *name_upper(struct arena *arena, const char *name)
{
    const char *snake = name_snake(arena, name);
    size_t len = strlen(snake);
    char *out = arena_text(arena, view_of(snake));
    for (size_t i = 0; i < len; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
    if (len > 0 && out[len - 1] == '_')
        out[len - 1] = '\0'; /* a keyword's mark is for field names only */
    return out;
}

const char *name_bare(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

bool name_primitive(const char *name)
{
    static const char *const primitives[] = {
        "null", "boolean", "int", "long", "float", "double", "bytes", "string"};
    for (size_t i = 0; i < ARRAY_LEN(primitives); i++)
        if (strcmp(name, primitives[i]) == 0)
            return true;
    return false;
}
