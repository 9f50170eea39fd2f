#include "projector/write_rows.h"

#include <stdlib.h>

#include "projector/project_table.h"

static const struct {
    enum pg_type pg;
    const char *sql;
} types[COL_MAX_] = {
    [COL_BOOL] = {PG_BOOL, "boolean"},
    [COL_INT] = {PG_INT4, "integer"},
    [COL_LONG] = {PG_INT8, "bigint"},
    [COL_DATE] = {PG_DATE, "date"},
    [COL_TIME] = {PG_TIME, "timestamptz"},
    [COL_UUID] = {PG_UUID, "uuid"},
    [COL_TEXT] = {PG_TEXT, "text"},
    [COL_BYTES] = {PG_BYTES, "bytea"},
    [COL_JSON] = {PG_JSONB, "jsonb"},
};

struct table_writer {
    struct pg_sql put, gone, select;
    struct pg_array arrays[TABLE_COLUMNS_MAX];
};
struct row_writer {
    const struct projection *projection;
    struct arena *arena;
    struct table_writer *tables;
};

enum { SQL_BYTES_MAX = 1 << 20 };

static void put_names(struct buf *out, const struct table *table, size_t count, const char *before)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s%s", i == 0 ? "" : ", ", before, table->columns[i].name);
}

static void put_unnest(struct buf *out, const struct table *table, size_t count)
{
    buf_text(out, "unnest(");
    for (size_t i = 0; i < count; i++)
        buf_printf(
            out, "%s$%zu::%s[]", i == 0 ? "" : ", ", i + 1, types[table->columns[i].type].sql);
    buf_text(out, ")");
}

static void write_put(struct buf *out, const struct table *table)
{
    buf_printf(out, "INSERT INTO read.%s (", table->name);
    put_names(out, table, table->column_count, "");
    buf_text(out, ") SELECT * FROM ");
    put_unnest(out, table, table->column_count);
    if (table_is_log(table) || table->key_count == table->column_count)
        return;
    buf_text(out, " ON CONFLICT (");
    put_names(out, table, table->key_count, "");
    buf_text(out, ") DO UPDATE SET ");
    for (size_t i = table->key_count; i < table->column_count; i++)
        buf_printf(out, "%s%s = EXCLUDED.%s", i == table->key_count ? "" : ", ",
            table->columns[i].name, table->columns[i].name);
}

static void write_gone(struct buf *out, const struct table *table)
{
    buf_printf(out, "DELETE FROM read.%s t USING ", table->name);
    put_unnest(out, table, table->key_count);
    buf_text(out, " AS gone (");
    put_names(out, table, table->key_count, "");
    buf_text(out, ") WHERE (");
    put_names(out, table, table->key_count, "t.");
    buf_text(out, ") = (");
    put_names(out, table, table->key_count, "gone.");
    buf_text(out, ")");
}

static void write_select(struct buf *out, const struct table *table)
{
    buf_text(out, "SELECT ");
    put_names(out, table, table->column_count, "t.");
    buf_printf(out, " FROM read.%s t", table->name);
    if (table_is_log(table)) {
        buf_text(out, " JOIN ");
        put_unnest(out, table, table->key_count);
        buf_text(out, " AS wanted (");
        put_names(out, table, table->key_count, "");
        buf_text(out, ") USING (");
        put_names(out, table, table->key_count, "");
        buf_text(out, ")");
    } else {
        buf_text(out, " WHERE t.person = ANY($1::uuid[])");
    }
    buf_text(out, " ORDER BY ");
    for (size_t i = 0; i < table->key_count; i++)
        buf_printf(out, "%st.%s%s", i == 0 ? "" : ", ", table->columns[i].name,
            table->columns[i].type == COL_TEXT ? " COLLATE \"C\"" : "");
}

typedef void write_fn(struct buf *out, const struct table *table);

static struct pg_sql statement(
    struct arena *arena, const char *verb, const struct table *table, write_fn *write)
{
    struct buf text = {0};
    write(&text, table);
    MUST(!text.failed);
    struct view name = arena_printf(arena, "%s_%s", verb, table->name);
    struct pg_sql sql = {arena_text(arena, name), arena_text(arena, buf_as_view(&text))};
    buf_done(&text);
    MUST(sql.name != NULL && sql.text != NULL);
    return sql;
}

struct row_writer *row_writer_new(const struct projection *projection)
{
    struct row_writer *writer = calloc(1, sizeof *writer);
    MUST(writer != NULL);
    writer->projection = projection;
    writer->arena = arena_new(SQL_BYTES_MAX);
    size_t count = projection_tables(projection);
    writer->tables = calloc(count, sizeof *writer->tables);
    MUST(writer->tables != NULL);
    for (size_t t = 0; t < count; t++) {
        const struct table *table = projection_table(projection, t);
        struct table_writer *one = &writer->tables[t];
        one->put = statement(writer->arena, "put", table, write_put);
        one->gone = statement(writer->arena, "gone", table, write_gone);
        one->select = statement(writer->arena, "select", table, write_select);
        for (size_t i = 0; i < table->column_count; i++)
            pg_array_init(&one->arrays[i], types[table->columns[i].type].pg, 0);
    }
    return writer;
}

void row_writer_free(struct row_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t t = 0; t < projection_tables(writer->projection); t++)
        for (size_t i = 0; i < projection_table(writer->projection, t)->column_count; i++)
            pg_array_done(&writer->tables[t].arrays[i]);
    free(writer->tables);
    arena_free(writer->arena);
    free(writer);
}

static void put_cell(struct pg_array *array, enum col_type type, const struct cell *cell)
{
    if (cell->null) {
        pg_array_null(array);
        return;
    }
    switch (type) {
    case COL_BOOL:
        pg_array_bool(array, cell->truth);
        return;
    case COL_INT:
        pg_array_int4(array, (int32_t)cell->number);
        return;
    case COL_LONG:
        pg_array_int8(array, cell->number);
        return;
    case COL_DATE:
        pg_array_date(array, (int32_t)cell->number);
        return;
    case COL_TIME:
        pg_array_time(array, cell->number);
        return;
    case COL_UUID:
        pg_array_uuid(array, cell->id);
        return;
    case COL_TEXT:
    case COL_JSON:
        pg_array_text(array, cell->text);
        return;
    case COL_BYTES:
        pg_array_bytes(array, cell->text);
        return;
    case COL_MAX_:
        break;
    }
    WRONG("no such type of column");
}

/* The first `columns` columns of all rows, an array each. */
struct to_send {
    const struct table *table;
    const struct row_list *rows;
    size_t columns;
};

static void put_rows(struct pg_array *arrays, const struct to_send *what, struct pg_params *ret)
{
    for (size_t c = 0; c < what->columns; c++) {
        pg_array_clear(&arrays[c]);
        for (size_t r = 0; r < what->rows->count; r++)
            put_cell(&arrays[c], what->table->columns[c].type, &what->rows->items[r][c]);
        pg_put_array(ret, &arrays[c]);
    }
}

static res_t send_rows(
    struct pg *pg, const struct pg_sql *sql, struct pg_array *arrays, const struct to_send *what)
{
    struct pg_params params = {0};
    put_rows(arrays, what, &params);
    return pg_pipe_send(pg, sql, &params);
}

res_t row_writer_send(
    struct row_writer *writer, struct pg *pg, const struct row_changes *changes, int64_t *ret_rows)
{
    int64_t sent = 0;
    for (size_t t = 0; t < projection_tables(writer->projection); t++) {
        const struct table *table = projection_table(writer->projection, t);
        struct table_writer *one = &writer->tables[t];
        struct to_send gone = {table, &changes->gone.of[t], table->key_count};
        struct to_send put = {table, &changes->put.of[t], table->column_count};
        if (gone.rows->count > 0)
            TRY(send_rows(pg, &one->gone, one->arrays, &gone));
        if (put.rows->count > 0)
            TRY(send_rows(pg, &one->put, one->arrays, &put));
        sent += (int64_t)(gone.rows->count + put.rows->count);
    }
    *ret_rows = sent;
    return RES_DONE;
}

const struct pg_sql *row_writer_select(const struct row_writer *writer, size_t table)
{
    return &writer->tables[table].select;
}

void row_writer_keys(
    struct row_writer *writer, size_t table, const struct row_list *rows, struct pg_params *ret)
{
    const struct table *described = projection_table(writer->projection, table);
    struct to_send keys = {described, rows, described->key_count};
    put_rows(writer->tables[table].arrays, &keys, ret);
}

static struct cell read_cell(enum col_type type, struct pg_rows *rows, int row, int column)
{
    switch (type) {
    case COL_BOOL:
        return cell_bool(pg_bool(rows, row, column));
    case COL_INT:
    case COL_LONG:
        return cell_number(pg_int(rows, row, column));
    case COL_DATE:
        return cell_number(pg_date(rows, row, column));
    case COL_TIME:
        return cell_number(pg_time(rows, row, column));
    case COL_UUID:
        return (struct cell){.id = pg_uuid(rows, row, column)};
    case COL_TEXT:
    case COL_JSON:
        return cell_view(pg_text(rows, row, column));
    case COL_BYTES:
        return cell_view(pg_bytes(rows, row, column));
    case COL_MAX_:
        break;
    }
    WRONG("no such type of column");
}

struct cell *row_read(const struct table *table, struct pg_rows *rows, int row, struct arena *arena)
{
    struct cell *cells = arena_array(arena, table->column_count, sizeof *cells);
    for (size_t i = 0; cells != NULL && i < table->column_count; i++)
        cells[i] = pg_is_null(rows, row, (int)i)
                       ? (struct cell){.null = true}
                       : read_cell(table->columns[i].type, rows, row, (int)i);
    return cells;
}
