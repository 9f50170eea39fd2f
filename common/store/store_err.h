/* Errors of LMDB and of the file system into what to do next. Of common/store alone. */
#ifndef STORE_STORE_ERR_H
#define STORE_STORE_ERR_H

#include "base/res.h"

#include <stdbool.h>

/* Negative: LMDB's, else an errno; 0 is OK. By one table; a code without a row is FATAL. */
res_t store_res_at(int err, const char *file, int line) MUST_USE;
#define STORE_RES(err) store_res_at((err), __FILE__, __LINE__)
/* What is on the disk is wrong: drop it. */
bool store_err_damaged(int err);

#endif
