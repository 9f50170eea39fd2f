#include "store/store_err.h"

#include <errno.h>
#include <lmdb.h>

static const struct {
    int err;
    bool damaged;
    const char *what;
} rows[] = {
    {MDB_MAP_FULL, false, "store: it is full: raise its limit of bytes, or delete it"},
    {MDB_TXN_FULL, false, "store: too much in one transaction"},
    {MDB_READERS_FULL, false, "store: too many readers"},
    {MDB_DBS_FULL, false, "store: too many tables"},
    {MDB_BAD_VALSIZE, false, "store: a key or value of a size it does not take"},
    {MDB_MAP_RESIZED, false, "store: another process made it larger"},
    {MDB_INVALID, true, "store: the file is not a store"},
    {MDB_VERSION_MISMATCH, true, "store: the file is of another version"},
    {MDB_CORRUPTED, true, "store: a damaged page"},
    {MDB_PAGE_NOTFOUND, true, "store: a missing page"},
    {MDB_PANIC, true, "store: a page could not be written whole"},
    {MDB_BAD_TXN, true, "store: a transaction that cannot go on"},
    {MDB_INCOMPATIBLE, true, "store: a table of another kind"},
    {ENOSPC, false, "store: the disk is full"},
    {EDQUOT, false, "store: the quota of the disk is used up"},
    {EIO, true, "store: the disk cannot be read or written"},
    {ENOMEM, false, "store: no memory or address space"},
    {EACCES, false, "store: no right to its folder or files"},
    {EPERM, false, "store: no right to its folder or files"},
    {EROFS, false, "store: its folder is read-only"},
    {ENOENT, false, "store: its folder is not there"},
    {ENOTDIR, false, "store: its folder is not a folder"},
    {EFBIG, false, "store: larger than a file may be here"},
    {EMFILE, false, "store: no more file descriptors"},
};

res_t store_res_at(int err, const char *file, int line)
{
    if (err == 0)
        return RES_DONE;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].err == err)
            return (res_t){RES_FATAL, rows[i].what, file, line};
    return (res_t){RES_FATAL, "store: an error without a row in store_err.c", file, line};
}

bool store_err_damaged(int err)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].err == err)
            return rows[i].damaged;
    return false;
}
