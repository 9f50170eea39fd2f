/* What stands beside the store's data: who holds it, and whether it can be believed. Of
 * common/store alone. The marker is durable before the first byte of data is written under it. */
#ifndef STORE_MARKER_H
#define STORE_MARKER_H

#include "base/id.h"
#include "base/res.h"

enum marker_state {
    MARKER_NONE,    /* no marker, or one that cannot be read */
    MARKER_CLEAN,   /* closed in order, all of it on the disk */
    MARKER_OPEN,    /* in use, or its owner died */
    MARKER_DAMAGED, /* found to be wrong */
    MARKER_MAX_,
};
struct marker {
    enum marker_state state;
    struct uuid boot; /* of the machine when it was opened */
    int64_t unclean;  /* opens in a row without a commit */
};

/* This boot of the machine. */
res_t marker_boot(struct uuid *ret) MUST_USE;
res_t marker_read(int folder, struct marker *ret) MUST_USE;
/* Returns once it is on the disk. */
res_t marker_write(int folder, const struct marker *marker) MUST_USE;

/* Makes the folder where it is not there and opens it. */
res_t folder_open(const char *path, bool make, int *ret_folder) MUST_USE;
/* The one writer's lock; held until the descriptor is closed, also by a crash. */
res_t folder_lock(int folder, int *ret_lock) MUST_USE;
res_t file_remove(int folder, const char *name) MUST_USE;
/* Absent: -1. */
res_t file_size(int folder, const char *name, int64_t *ret_bytes) MUST_USE;

#endif
