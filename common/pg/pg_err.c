#include "pg/pg_err.h"

#include <string.h>

/* Prefixes; a longer one stands before a shorter one that begins it. */
static const struct {
    const char *prefix;
    enum res_do act;
    const char *what;
} rows[] = {
    {"08", RES_RETRY, "postgres: the connection failed"},
    {"40003", RES_RETRY, "postgres: nobody knows whether the statement was done"},
    {"40001", RES_RETRY, "postgres: another transaction was in the way"},
    {"40P01", RES_RETRY, "postgres: a deadlock"},
    {"40", RES_RETRY, "postgres: the transaction was rolled back"},
    {"55P03", RES_RETRY, "postgres: a lock was not to be had in time"},
    {"55006", RES_RETRY, "postgres: an object is in use"},
    {"57014", RES_RETRY, "postgres: the statement took too long"},
    {"57P03", RES_RETRY, "postgres: the server is starting or stopping"},
    {"57P", RES_RETRY, "postgres: the server ended the connection"},
    {"53300", RES_RETRY, "postgres: too many connections"},
    {"53200", RES_RETRY, "postgres: the server is out of memory"},
    {"53100", RES_FATAL, "postgres: the server's disk is full"},
    {"53", RES_FATAL, "postgres: the server is out of resources"},
    {"23505", RES_FATAL, "postgres: a key is there already"},
    {"23", RES_FATAL, "postgres: a constraint is broken"},
    {"22", RES_FATAL, "postgres: a value does not fit its type"},
    {"25P02", RES_FATAL, "postgres: the transaction had failed before"},
    {"25006", RES_FATAL, "postgres: the server is read-only"},
    {"25", RES_FATAL, "postgres: not in a state for this statement"},
    {"26", RES_FATAL, "postgres: a prepared statement is gone"},
    {"28", RES_FATAL, "postgres: our name or password is refused"},
    {"3D", RES_FATAL, "postgres: there is no such database"},
    {"3F", RES_FATAL, "postgres: there is no such schema"},
    {"42501", RES_FATAL, "postgres: no right to do this"},
    {"42P01", RES_FATAL, "postgres: there is no such table"},
    {"42703", RES_FATAL, "postgres: there is no such column"},
    {"42", RES_FATAL, "postgres: the statement is wrong"},
    {"54", RES_FATAL, "postgres: a limit of the server is reached"},
    {"58", RES_FATAL, "postgres: the server's system failed"},
    {"P0", RES_FATAL, "postgres: a function of the database refused"},
    {"XX", RES_FATAL, "postgres: the server found its data damaged"},
};

res_t pg_res_at(const char *sqlstate, const char *file, int line)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return (res_t){RES_RETRY, "postgres: the connection is lost", file, line};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strncmp(sqlstate, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return (res_t){rows[i].act, rows[i].what, file, line};
    return (res_t){RES_FATAL, "postgres: an error without a row in pg_err.c", file, line};
}
