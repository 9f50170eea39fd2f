/* The blind index: words of names, CRNs and references as HMACs. Who reads the table learns
 * nothing; who asks must know the whole word. */
#include "edge/edge_impl.h"

#include <string.h>

enum { WORD_MAX = 64, WORDS_MAX = 16, TOKEN_BYTES = 16 };

/* Lower-cases ASCII; other letters stay as they are. Words are cut at blanks, hyphens, commas and
 * apostrophes. False once there are no more. */
static bool next_word(struct view *rest, char ret[static WORD_MAX], size_t *ret_len)
{
    size_t len = 0;
    while (rest->len > 0) {
        char c = rest->ptr[0];
        *rest = view_from(*rest, 1);
        bool cut = c == ' ' || c == '-' || c == ',' || c == '\'' || c == '\t';
        if (cut && len > 0)
            break;
        if (cut)
            continue;
        if (len < WORD_MAX)
            ret[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    *ret_len = len;
    return len > 0;
}

static struct digest token_of(const struct edge *edge, const char *word, size_t len)
{
    char name[WORD_MAX + 8] = "search:";
    memcpy(name + 7, word, len);
    return hmac_sha256(edge_secret(edge->secrets), (struct view){name, len + 7});
}

static void add_tokens(const struct edge *edge, struct view text, struct pg_array *tokens)
{
    char word[WORD_MAX];
    size_t len;
    while (tokens->count < WORDS_MAX && next_word(&text, word, &len)) {
        struct digest token = token_of(edge, word, len);
        pg_array_bytes(tokens, (struct view){(const char *)token.b, TOKEN_BYTES});
    }
}

res_t edge_index_add(struct edge *edge, struct uuid person, const struct view *texts, size_t count)
{
    static const struct pg_sql sql = {"edge_index_add",
        "INSERT INTO edge.search_token (token, person) SELECT DISTINCT t, $2::uuid"
        " FROM unnest($1::bytea[]) t ON CONFLICT DO NOTHING"};
    CLEANUP(pg_array_done) struct pg_array tokens;
    pg_array_init(&tokens, PG_BYTES, 0);
    for (size_t i = 0; i < count; i++)
        add_tokens(edge, texts[i], &tokens);
    struct pg_params params = {0};
    pg_put_array(&params, &tokens);
    pg_put_uuid(&params, person);
    return pg_exec(edge->pg, &sql, &params, NULL);
}

res_t edge_search(struct edge *edge, struct view text, size_t max, struct arena *arena,
    struct uuid **ret_people, size_t *ret_count)
{
    static const struct pg_sql sql = {"edge_search",
        "SELECT person FROM edge.search_token WHERE token = ANY ($1::bytea[])"
        " GROUP BY person HAVING count(*) = (SELECT count(DISTINCT t) FROM unnest($1::bytea[]) t)"
        " ORDER BY person LIMIT $2"};
    CLEANUP(pg_array_done) struct pg_array tokens;
    pg_array_init(&tokens, PG_BYTES, 0);
    add_tokens(edge, text, &tokens);
    struct pg_params params = {0};
    pg_put_array(&params, &tokens);
    pg_put_int8(&params, (int64_t)max);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(edge->pg, &sql, &params, &rows));
    size_t count = (size_t)pg_rows_count(rows);
    struct uuid *people = arena_array(arena, count, sizeof *people);
    if (people == NULL)
        return REJECT("the answer is too large");
    for (size_t i = 0; i < count; i++)
        people[i] = pg_uuid(rows, (int)i, 0);
    TRY(pg_rows_ok(rows));
    *ret_people = people;
    *ret_count = count;
    return RES_DONE;
}
