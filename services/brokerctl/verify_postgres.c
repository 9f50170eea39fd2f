#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brokerctl/verify.h"
#include "daemon/fold.h"
#include "projector/migrate.h"
#include "projector/project_table.h"
#include "projector/swap.h"

enum { CHUNK_RECORDS = 500, CHUNK_PEOPLE = 200 };

res_t verify_pg_open(struct verify *verify)
{
    static const struct pg_sql sql = {
        NULL, "SELECT partition, next_offset FROM read.position ORDER BY partition"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(ctl_pg_open(verify->ctl, &verify->pg));
    TRY(projector_use(verify->pg, PROJECTOR_SCHEMA));
    TRY(swap_shared(verify->pg)); /* a rebuilt read model waits until we are through */
    TRY(pg_run(verify->pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    TRY(pg_exec(verify->pg, &sql, NULL, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++) {
        int64_t partition = pg_int(rows, i, 0);
        if (partition < 0 || partition >= verify->stream.partitions)
            return verify_differs(
                verify, "read.position: partition %" PRId64 " is not on the log", partition);
        verify->pg_next[partition] = pg_int(rows, i, 1);
    }
    TRY(row_set_new(verify->projection, verify->chunk, &verify->log_rows));
    return pg_rows_ok(rows);
}

static void put_key(const struct table *table, const struct cell *row, struct buf *out)
{
    buf_printf(out, "read.%s", table->name);
    for (size_t i = 0; i < table->key_count; i++) {
        const struct column *column = &table->columns[i];
        buf_printf(out, " %s=", column->name);
        if (column->type == COL_UUID)
            buf_text(out, uuid_text(row[i].id).text);
        else if (column->type == COL_TEXT)
            buf_view(out, row[i].text);
        else
            buf_printf(out, "%" PRId64, row[i].number);
    }
}

static void put_digest(struct view bytes, struct buf *out)
{
    char hex[DIGEST_HEX_LEN + 1];
    digest_hex(sha256(bytes), hex);
    buf_printf(out, "%zu bytes (SHA-256 %.8s...)", bytes.len, hex);
}

static void put_cell(const struct column *column, const struct cell *cell, struct buf *out)
{
    if (cell->null)
        buf_text(out, "NULL");
    else if (column->type == COL_UUID)
        buf_text(out, uuid_text(cell->id).text);
    else if (column->type == COL_TEXT || column->type == COL_JSON)
        buf_view(out, cell->text);
    else if (column->type == COL_BYTES)
        put_digest(cell->text, out);
    else if (column->type == COL_BOOL)
        buf_text(out, cell->truth ? "true" : "false");
    else
        buf_printf(out, "%" PRId64, cell->number);
}

static res_t row_is(
    struct verify *verify, const struct table *table, const struct cell *row, const char *what)
{
    CLEANUP(buf_done) struct buf text = {0};
    put_key(table, row, &text);
    return verify_differs(verify, "postgres, %.*s: %s", VIEW_ARG(buf_as_view(&text)), what);
}

static res_t column_is(
    struct verify *verify, const struct table *table, struct cell *const rows[2], int column)
{
    CLEANUP(buf_done) struct buf text = {0};
    put_key(table, rows[0], &text);
    buf_printf(&text, ": %s is ", table->columns[column].name);
    put_cell(&table->columns[column], &rows[1][column], &text);
    buf_text(&text, ", by the log ");
    put_cell(&table->columns[column], &rows[0][column], &text);
    return verify_differs(verify, "postgres, %.*s", VIEW_ARG(buf_as_view(&text)));
}

static res_t pack_anew(
    struct verify *verify, const struct table *table, const struct cell *want, struct cell *found)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].type == COL_BYTES && strcmp(table->columns[i].name, "packed") == 0 &&
            !found[i].null && !view_eq(found[i].text, want[i].text))
            TRY(verify_pack_anew(verify, verify->chunk, &found[i].text));
    return RES_DONE;
}

/* Both in order of the key. */
static res_t compare(struct verify *verify, const struct table *table,
    const struct row_list *expected, struct pg_rows *found)
{
    int at = 0, count = pg_rows_count(found);
    for (size_t i = 0; i < expected->count || at < count;) {
        struct cell *row = at < count ? row_read(table, found, at, verify->chunk) : NULL;
        struct cell *want = i < expected->count ? expected->items[i] : NULL;
        if (at < count && row == NULL)
            return FATAL("no room for the rows that are compared");
        int order = row == NULL ? -1 : want == NULL ? 1 : row_key_cmp(table, want, row);
        if (order < 0)
            return row_is(verify, table, want, "is missing");
        if (order > 0)
            return row_is(verify, table, row, "is there, but not by the log");
        TRY(pack_anew(verify, table, want, row));
        int column = row_differs(table, want, row);
        if (column >= 0)
            return column_is(verify, table, (struct cell *const[2]){want, row}, column);
        i++;
        at++;
    }
    return pg_rows_ok(found);
}

static res_t compare_table(struct verify *verify, size_t t, const struct row_list *expected,
    const struct pg_params *params)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *found = NULL;
    TRY(pg_exec(verify->pg, row_writer_select(verify->writer, t), params, &found));
    verify->expected[t] += (int64_t)expected->count;
    return compare(verify, projection_table(verify->projection, t), expected, found);
}

/* --- log rows ----------------------------------------------------------------------------------*/

res_t verify_pg_record(struct verify *verify, const struct project_record *record)
{
    TRY(project_log(verify->projection, record, verify->chunk, &verify->log_rows));
    return ++verify->log_records < CHUNK_RECORDS ? RES_DONE : verify_pg_flush(verify);
}

res_t verify_pg_flush(struct verify *verify)
{
    for (size_t t = 0; t < projection_tables(verify->projection); t++) {
        struct row_list *rows = &verify->log_rows.of[t];
        if (rows->count == 0)
            continue;
        struct pg_params params = {0};
        rows_sort(projection_table(verify->projection, t), rows);
        row_writer_keys(verify->writer, t, rows, &params);
        TRY(compare_table(verify, t, rows, &params));
    }
    arena_clear(verify->chunk);
    verify->log_records = 0;
    return row_set_new(verify->projection, verify->chunk, &verify->log_rows);
}

/* --- state rows --------------------------------------------------------------------------------*/

static res_t compare_people(struct verify *verify, const struct known *const *people, size_t count)
{
    struct row_set rows;
    CLEANUP(pg_array_done) struct pg_array ids;
    pg_array_init(&ids, PG_UUID, 0);
    TRY(row_set_new(verify->projection, verify->chunk, &rows));
    for (size_t i = 0; i < count; i++) {
        struct project_dossier of = {.packed = people[i]->packed};
        TRY(fold_unpack(verify->registry, of.packed, verify->chunk, &of.dossier));
        TRY(project_state(verify->projection, &of, verify->chunk, &rows));
        pg_array_uuid(&ids, people[i]->person);
    }
    struct pg_params params = {0};
    pg_put_array(&params, &ids);
    for (size_t t = 0; t < projection_tables(verify->projection); t++)
        if (!table_is_log(projection_table(verify->projection, t)))
            TRY(compare_table(verify, t, &rows.of[t], &params));
    return RES_DONE;
}

res_t verify_pg_people(struct verify *verify)
{
    TRY(verify_pg_flush(verify));
    size_t count = people_count(verify->people);
    const struct known **all = people_sorted(verify->people);
    res_t res = RES_DONE;
    for (size_t i = 0; res.act == RES_OK && i < count; i += CHUNK_PEOPLE) {
        size_t some = count - i < CHUNK_PEOPLE ? count - i : CHUNK_PEOPLE;
        res = compare_people(verify, all + i, some);
        arena_clear(verify->chunk);
    }
    free(all);
    if (res.act != RES_OK)
        return res;
    return row_set_new(verify->projection, verify->chunk, &verify->log_rows);
}

/* Of the rows that are too many: one of a person whom the log does not know, if there is one. */
static res_t name_stranger(struct verify *verify, const char *table)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SELECT DISTINCT person FROM read.%s ORDER BY 1", table);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(verify->pg, &(struct pg_sql){NULL, text}, NULL, &rows));
    for (int i = 0; i < pg_rows_count(rows); i++)
        if (people_find(verify->everybody, pg_uuid(rows, i, 0)) == NULL)
            return verify_differs(verify,
                "postgres, read.%s: holds person %s, whom the log does not know", table,
                uuid_text(pg_uuid(rows, i, 0)).text);
    return pg_rows_ok(rows);
}

static res_t total(struct verify *verify, const char *table, int64_t *ret)
{
    char text[128];
    (void)snprintf(text, sizeof text, "SELECT count(*) FROM read.%s", table);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(verify->pg, &(struct pg_sql){NULL, text}, NULL, &rows));
    *ret = pg_int(rows, 0, 0);
    return pg_rows_ok(rows);
}

res_t verify_pg_totals(struct verify *verify)
{
    for (size_t t = 0; t < projection_tables(verify->projection); t++) {
        const char *name = projection_table(verify->projection, t)->name;
        int64_t rows = 0;
        TRY(total(verify, name, &rows));
        if (rows == verify->expected[t])
            continue;
        TRY(name_stranger(verify, name));
        return verify_differs(verify, "postgres, read.%s: %" PRId64 " rows, by the log %" PRId64,
            name, rows, verify->expected[t]);
    }
    return RES_DONE;
}
