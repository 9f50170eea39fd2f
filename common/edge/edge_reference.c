/* Reference numbers: two of 24 letters (no I, no O), four digits, two letters of the contract type;
 * never two characters of one reference that are mistaken for each other. */
#include "edge/edge_impl.h"

#include <stdio.h>
#include <string.h>

static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ";
enum { LETTERS = 24, DIGITS = 10000, SPACE = LETTERS * LETTERS * DIGITS, TRIES_MAX = 1000 };

static bool has(const char *text, char c)
{
    return memchr(text, c, 8) != NULL;
}

static bool ambiguous(const char *text)
{
    return (has(text, '0') && has(text, 'O')) || (has(text, '1') && has(text, 'I')) ||
           (has(text, '5') && has(text, 'S')) || (has(text, '8') && has(text, 'B'));
}

/* The n-th place of a permutation of the space: an affine step, coprime to 2, 3 and 5. References
 * need not be secret, only spread, so that neighbours are not mistaken for each other. */
static void reference_at(int64_t n, struct view suffix, char ret[static REFERENCE_TEXT_MAX])
{
    uint64_t place = ((uint64_t)n * 3628273u + 1618033u) % SPACE;
    unsigned pair = (unsigned)(place / DIGITS), number = (unsigned)(place % DIGITS);
    snprintf(ret, REFERENCE_TEXT_MAX, "%c%c%04u%c%c", letters[pair / LETTERS],
        letters[pair % LETTERS], number, suffix.ptr[0], suffix.ptr[1]);
}

static res_t next_number(struct edge *edge, int64_t *ret)
{
    static const struct pg_sql sql = {
        "edge_reference_next", "SELECT nextval('edge.reference_counter')"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, NULL, &rows));
    *ret = pg_int(rows, 0, 0);
    return pg_rows_ok(rows);
}

/* What the command has: its own reference, or none. */
static res_t reserved(struct edge *edge, struct uuid record, char *ret, bool *ret_found)
{
    static const struct pg_sql sql = {
        "edge_reference_of", "SELECT reference FROM edge.reference WHERE record = $1"};
    struct pg_params params = {0};
    pg_put_uuid(&params, record);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, &params, &rows));
    *ret_found = pg_rows_count(rows) > 0;
    if (*ret_found) {
        struct view text = pg_text(rows, 0, 0);
        if (text.len >= REFERENCE_TEXT_MAX)
            return FATAL("a reserved reference is longer than a reference can be");
        memcpy(ret, text.ptr, text.len);
        ret[text.len] = '\0';
    }
    return pg_rows_ok(rows);
}

static res_t insert(
    struct edge *edge, const struct edge_referral *referral, struct view reference, bool *ret_done)
{
    static const struct pg_sql sql = {"edge_reference_insert",
        "INSERT INTO edge.reference (record, referral, person, reference) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING"};
    struct pg_params params = {0};
    pg_put_uuid(&params, referral->record);
    pg_put_uuid(&params, referral->referral);
    pg_put_uuid(&params, referral->person);
    pg_put_text(&params, reference);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, &params, &rows));
    *ret_done = pg_rows_affected(rows) == 1;
    return RES_DONE;
}

res_t edge_reference_reserve(struct edge *edge, const struct edge_referral *referral,
    struct view suffix, char ret[static REFERENCE_TEXT_MAX])
{
    if (suffix.len != 2)
        return REJECT("a reference ends in the first two letters of the contract type");
    char text[REFERENCE_TEXT_MAX];
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        bool done;
        TRY(reserved(edge, referral->record, ret, &done));
        if (done)
            return RES_DONE;
        int64_t number;
        TRY(next_number(edge, &number));
        reference_at(number, suffix, text);
        if (!ambiguous(text))
            TRY(insert(edge, referral, view_of(text), &done));
    }
    return FATAL("no free reference number was found");
}

res_t edge_reference_claim(
    struct edge *edge, const struct edge_referral *referral, struct view reference, bool *ret_taken)
{
    char own[REFERENCE_TEXT_MAX];
    bool done;
    TRY(insert(edge, referral, reference, &done));
    if (!done)
        TRY(reserved(edge, referral->record, own, &done));
    *ret_taken = !done;
    return RES_DONE;
}
