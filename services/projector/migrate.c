#include "projector/migrate.h"

#include <stdio.h>

#include "pg/migrate.h"
#include "projector/write_rows.h"

/* The schema that keeps the record of what was applied. */
static const char MIGRATIONS[] = "projector";

/* The texts are longer than what C17 promises for a literal; gcc and clang take them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const struct pg_migration migrations[] = {
#include "services/projector/sql/migrations.inc"
};
static const char grants[] = "SELECT pg_advisory_xact_lock(" PG_SCHEMA_LOCK ");\n"
#include "services/projector/sql/grants.sql.inc"
    ;
#pragma GCC diagnostic pop

const struct port_pg_sql projector_sql = {
    .claim = {"claim", "INSERT INTO position AS p (partition, epoch, next_offset) "
                       "SELECT partition, 1, 0 FROM unnest($1::integer[]) AS partition ORDER BY 1 "
                       "ON CONFLICT (partition) DO UPDATE SET epoch = p.epoch + 1 "
                       "RETURNING partition, epoch, next_offset"},
    .dossiers = {"dossiers",
        "SELECT index::integer, version, history, "
        "CASE WHEN total <= $2::bigint OR total = octet_length(packed) THEN packed END "
        "FROM (SELECT wanted.index, d.*, sum(octet_length(d.packed)) "
        "OVER (ORDER BY wanted.index ROWS UNBOUNDED PRECEDING) AS total "
        "FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (person, index) "
        "JOIN dossier d USING (person)) AS d"},
    .answers = {"answers",
        "SELECT wanted.index::integer "
        "FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted (person, id, index) "
        "JOIN outcome o USING (person, id)"},
    .move = {"move",
        "WITH moved AS (UPDATE position p SET next_offset = m.next "
        "FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) "
        "AS m (partition, epoch, was, next) "
        "WHERE p.partition = m.partition AND p.epoch = m.epoch AND p.next_offset = m.was "
        "RETURNING 1) "
        "SELECT 1 / (count(*) = cardinality($1::integer[]))::integer FROM moved"},
    .identity = {NULL, "SELECT 'position'::regclass::oid::bigint"},
};

res_t projector_ready(void *owner, struct pg *pg)
{
    TRY(pg_migrate(pg, MIGRATIONS, migrations, ARRAY_LEN(migrations)));
    TRY(projector_grant(pg));
    TRY(projector_use(pg, PROJECTOR_SCHEMA));
    return owner == NULL ? RES_DONE : row_writer_ready(owner, pg);
}

res_t projector_reading(void *owner, struct pg *pg)
{
    (void)owner;
    return projector_use(pg, PROJECTOR_SCHEMA);
}

res_t projector_use(struct pg *pg, const char *schema)
{
    char text[64];
    int len = snprintf(text, sizeof text, "SET search_path = %s", schema);
    MUST(len > 0 && (size_t)len < sizeof text);
    return pg_run(pg, text);
}

res_t projector_grant(struct pg *pg)
{
    return pg_run(pg, grants);
}

res_t projector_migrated(struct pg *pg)
{
    return pg_migrated(pg, MIGRATIONS, migrations, ARRAY_LEN(migrations));
}

res_t projector_make(struct pg *pg)
{
    for (size_t i = 0; i < ARRAY_LEN(migrations); i++)
        TRY(pg_run(pg, migrations[i].sql));
    return RES_DONE;
}
