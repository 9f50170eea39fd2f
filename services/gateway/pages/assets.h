/* Style sheet, scripts and pictures, held in the program; names carry the content's hash, so the
 * answer is `Cache-Control: public, max-age=31536000, immutable`. */
#ifndef PAGES_ASSETS_H
#define PAGES_ASSETS_H

#include "base/view.h"

struct asset {
    const char *path; /* "/assets/app-1a2b3c4d5e6f7a8b.css" */
    const char *type; /* Content-Type */
    struct view plain;
    struct view gzip; /* absent where it saves nothing */
};

/* The asset at that path, or NULL. Static memory. */
const struct asset *asset_find(struct view path);

#endif
