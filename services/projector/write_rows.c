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

enum { KEY_MAX = 8, NOT_OURS = -1 };

/* A column of the table as the database has it. */
struct place {
    int column; /* ours, or NOT_OURS: written as NULL */
    enum pg_type type;
};
struct table_writer {
    struct pg_sql put, gone, select;
    struct pg_array keys[KEY_MAX];
    struct pg_array rows; /* of the table's own type */
    struct place places[TABLE_COLUMNS_MAX];
    uint32_t place_count; /* 0: not looked up */
};
struct row_writer {
    const struct projection *projection;
    struct arena *arena;
    struct table_writer *tables;
    bool written; /* since the tables were looked up */
};

enum { SQL_BYTES_MAX = 1 << 20 };

static void put_names(struct buf *out, const struct table *table, size_t count, const char *before)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s%s", i == 0 ? "" : ", ", before, table->columns[i].name);
}

/* The keys, an array each. */
static void put_unnest(struct buf *out, const struct table *table)
{
    buf_text(out, "unnest(");
    for (size_t i = 0; i < table->key_count; i++)
        buf_printf(
            out, "%s$%zu::%s[]", i == 0 ? "" : ", ", i + 1, types[table->columns[i].type].sql);
    buf_text(out, ")");
}

static void write_put(struct buf *out, const struct table *table)
{
    buf_printf(out, "INSERT INTO %s (", table->name);
    put_names(out, table, table->column_count, "");
    buf_text(out, ") SELECT ");
    put_names(out, table, table->column_count, "");
    buf_printf(out, " FROM unnest($1::%s[])", table->name);
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
    buf_printf(out, "DELETE FROM %s t USING ", table->name);
    put_unnest(out, table);
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
    buf_printf(out, " FROM %s t", table->name);
    if (table_is_log(table)) {
        buf_text(out, " JOIN ");
        put_unnest(out, table);
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
        MUST(table->key_count <= KEY_MAX);
        for (size_t i = 0; i < table->key_count; i++)
            pg_array_init(&one->keys[i], types[table->columns[i].type].pg, 0);
    }
    return writer;
}

void row_writer_free(struct row_writer *writer)
{
    if (writer == NULL)
        return;
    for (size_t t = 0; t < projection_tables(writer->projection); t++) {
        for (size_t i = 0; i < KEY_MAX; i++)
            pg_array_done(&writer->tables[t].keys[i]);
        pg_array_done(&writer->tables[t].rows);
    }
    free(writer->tables);
    arena_free(writer->arena);
    free(writer);
}

/* --- the tables as the database has them -------------------------------------------------------*/

static int column_of(const struct table *table, struct view name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (view_eq_text(name, table->columns[i].name))
            return (int)i;
    return NOT_OURS;
}

static res_t place_add(
    struct table_writer *one, const struct table *table, struct pg_rows *rows, int row)
{
    struct place place = {
        column_of(table, pg_text(rows, row, 1)), (enum pg_type)pg_int(rows, row, 2)};
    bool known = place.column != NOT_OURS;
    if (one->place_count == TABLE_COLUMNS_MAX ||
        (known && types[table->columns[place.column].type].pg != place.type))
        return FATAL("postgres: a table of the read model is not as this program writes it");
    one->places[one->place_count++] = place;
    return RES_DONE;
}

static res_t table_ready(struct table_writer *one, const struct table *table, struct pg_rows *rows)
{
    size_t ours = 0;
    uint32_t row_type = 0;
    one->place_count = 0;
    for (int i = 0; i < pg_rows_count(rows); i++)
        if (view_eq_text(pg_text(rows, i, 0), table->name)) {
            TRY(place_add(one, table, rows, i));
            row_type = (uint32_t)pg_int(rows, i, 3);
        }
    for (uint32_t i = 0; i < one->place_count; i++)
        ours += one->places[i].column != NOT_OURS;
    pg_array_done(&one->rows);
    pg_array_init_rows(&one->rows, row_type, 0);
    return ours == table->column_count
               ? RES_DONE
               : FATAL("postgres: the read model lacks a table or column: not migrated?");
}

res_t row_writer_ready(struct row_writer *writer, struct pg *pg)
{
    static const struct pg_sql sql = {NULL,
        "SELECT c.relname, a.attname, a.atttypid::bigint, c.reltype::bigint "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > "
        "0 "
        "AND NOT a.attisdropped ORDER BY c.relname, a.attnum"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    writer->written = false;
    TRY(pg_exec(pg, &sql, NULL, &rows));
    for (size_t t = 0; t < projection_tables(writer->projection); t++)
        TRY(table_ready(&writer->tables[t], projection_table(writer->projection, t), rows));
    return pg_rows_ok(rows);
}

/* --- rows
 * ---------------------------------------------------------------------------------------*/

static void put_cell(struct pg_array *array, enum col_type type, const struct cell *cell)
{
    if (cell->null) {
        pg_array_null_of(array, types[type].pg);
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
        pg_array_text(array, cell->text);
        return;
    case COL_JSON:
        pg_array_json(array, cell->text);
        return;
    case COL_BYTES:
        pg_array_bytes(array, cell->text);
        return;
    case COL_MAX_:
        break;
    }
    WRONG("no such type of column");
}

static void put_keys(
    struct table_writer *one, const struct table *table, const struct row_list *rows)
{
    for (size_t c = 0; c < table->key_count; c++) {
        pg_array_clear(&one->keys[c]);
        for (size_t r = 0; r < rows->count; r++)
            put_cell(&one->keys[c], table->columns[c].type, &rows->items[r][c]);
    }
}

static void put_rows(
    struct table_writer *one, const struct table *table, const struct row_list *rows)
{
    MUST(one->place_count > 0);
    pg_array_clear(&one->rows);
    for (size_t r = 0; r < rows->count; r++) {
        pg_array_row(&one->rows, one->place_count);
        for (uint32_t i = 0; i < one->place_count; i++) {
            const struct place *place = &one->places[i];
            if (place->column == NOT_OURS)
                pg_array_null_of(&one->rows, place->type);
            else
                put_cell(
                    &one->rows, table->columns[place->column].type, &rows->items[r][place->column]);
        }
    }
}

void row_writer_put(struct row_writer *writer, size_t t, const struct row_changes *changes)
{
    const struct table *table = projection_table(writer->projection, t);
    struct table_writer *one = &writer->tables[t];
    put_keys(one, table, &changes->gone.of[t]);
    put_rows(one, table, &changes->put.of[t]);
    writer->written = true;
}

static res_t send_gone(struct table_writer *one, const struct table *table, struct pg *pg)
{
    struct pg_params params = {0};
    if (one->keys[0].count == 0)
        return RES_DONE;
    for (size_t c = 0; c < table->key_count; c++)
        pg_put_array(&params, &one->keys[c]);
    return pg_pipe_send(pg, &one->gone, &params);
}

static res_t send_put(struct table_writer *one, struct pg *pg)
{
    struct pg_params params = {0};
    if (one->rows.count == 0)
        return RES_DONE;
    pg_put_array(&params, &one->rows);
    return pg_pipe_send(pg, &one->put, &params);
}

res_t row_writer_send(struct row_writer *writer, struct pg *pg, int64_t *ret_rows)
{
    int64_t sent = 0;
    if (!writer->written)
        return RETRY("postgres: connected anew, the rows have to be written out again");
    for (size_t t = 0; t < projection_tables(writer->projection); t++) {
        struct table_writer *one = &writer->tables[t];
        TRY(send_gone(one, projection_table(writer->projection, t), pg));
        TRY(send_put(one, pg));
        sent += (int64_t)one->keys[0].count + (int64_t)one->rows.count;
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
    struct table_writer *one = &writer->tables[table];
    put_keys(one, described, rows);
    for (size_t c = 0; c < described->key_count; c++)
        pg_put_array(ret, &one->keys[c]);
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
