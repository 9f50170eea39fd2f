#include "base/res.h"

#include <stdio.h>
#include <stdlib.h>

void wrong_at(const char *file, int line, const char *why)
{
    fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"bug\",\"at\":\"%s:%d\",\"what\":\"%s\"}\n",
        file, line, why);
    abort();
}
