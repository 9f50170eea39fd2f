/* The little file beside LMDB's that says how the store was left: by whom of the machine's boots it
 * is held open, whether it was closed cleanly, what its contents depend on. Inside store only. */
#ifndef STORE_STORE_STATE_H
#define STORE_STORE_STATE_H

#include "base/id.h"
#include "base/res.h"

enum { BOOT_TEXT_MAX = 48 };

enum store_left { LEFT_NOTHING, LEFT_CLEAN, LEFT_OPEN, LEFT_DAMAGED, LEFT_UNREADABLE };

struct store_state {
    enum store_left left;
    int format;
    int unclean; /* opens in a row without a first commit */
    char boot[BOOT_TEXT_MAX];
    char fingerprint[DIGEST_HEX_LEN + 1];
};

/* LEFT_NOTHING where there is no file, LEFT_UNREADABLE where it cannot be understood. */
void store_state_read(const char *folder, struct store_state *ret);
/* Replaces the file; on the disk before it returns. */
res_t store_state_write(const char *folder, const struct store_state *state) MUST_USE;
/* This boot of the machine. */
void store_boot(char ret[static BOOT_TEXT_MAX]);

#endif
