#include "import-rm/load.h"

#include "base/clock.h"
#include "codec/framing.h"
#include "import-rm/map.h"

#include <string.h>

/* Of so many people's rows and commands at once; of one person's letters. */
enum { ARENA_BYTES = 256 << 20, MAIL_BYTES = 64 << 20 };

struct load {
    const struct load_conf *conf;
    struct arena *arena;
    size_t count;
    struct rm_person *people;
    struct uuid *ids;          /* of the people */
    struct stated_list *lists; /* a list a person */
    size_t *done;              /* how many of each list have an outcome */
};

void mail_done(struct mail *mail)
{
    arena_free(mail->arena);
    *mail = (struct mail){0};
}

void print_refusal(
    FILE *out, enum command_type type, struct uuid id, struct view code, struct view field)
{
    fprintf(out, "refused %s %s: %.*s %.*s\n", command_table[type].name, uuid_text(id).text,
        VIEW_ARG(code), VIEW_ARG(field));
}

static res_t register_people(struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        struct view normal;
        bool is_new;
        TRY(edge_crn_normalise(load->people[i].crn, load->arena, &normal));
        TRY(edge_person_register(load->conf->edge, normal, &load->ids[i], &is_new));
    }
    return RES_DONE;
}

static res_t map_people(struct load *load, struct load_totals *totals)
{
    int64_t now = clock_now();
    for (size_t i = 0; i < load->count; i++) {
        struct map_context context = {load->conf->space, load->ids[i], now, load->arena};
        TRY(map_person(&context, &load->people[i], &load->lists[i]));
        totals->commands += load->lists[i].len;
    }
    return RES_DONE;
}

/* A person's commands go one after the other, so those with an outcome come first. */
static void note_outcome(
    struct load *load, size_t who, struct pg_rows *rows, int row, struct load_totals *totals)
{
    const struct stated *stated = &load->lists[who].items[load->done[who]++];
    struct view code = pg_text(rows, row, 1);
    totals->accepted += code.ptr == NULL;
    totals->refused += code.ptr != NULL;
    if (code.ptr != NULL)
        print_refusal(load->conf->out, stated->command.type, stated->head->meta.id, code,
            pg_text(rows, row, 2));
}

/* The place of the n-th command of all, counted through the people. */
static bool is_next(const struct load *load, size_t n, size_t *who, size_t *first)
{
    while (n >= *first + load->lists[*who].len)
        *first += load->lists[(*who)++].len;
    return n - *first == load->done[*who];
}

static res_t pass_over_answered(struct load *load, struct load_totals *totals)
{
    static const struct pg_sql sql = {"import_answered",
        "SELECT n.place, o.code, o.field FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, place)"
        " JOIN read.outcome o ON o.id = n.id ORDER BY n.place"};
    CLEANUP(pg_array_done) struct pg_array ids;
    pg_array_init(&ids, PG_UUID, 0);
    for (size_t i = 0; i < load->count; i++)
        for (size_t n = 0; n < load->lists[i].len; n++)
            pg_array_uuid(&ids, load->lists[i].items[n].head->meta.id);
    struct pg_params params = {0};
    pg_put_array(&params, &ids);
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    TRY(pg_exec(load->conf->target, &sql, &params, &rows));
    size_t who = 0, first = 0;
    for (int i = 0; i < pg_rows_count(rows); i++)
        if (is_next(load, (size_t)pg_int(rows, i, 0) - 1, &who, &first))
            note_outcome(load, who, rows, i, totals);
    return pg_rows_ok(rows);
}

/* What the edge must know before a referral is produced: its reference, its id, words to search by.
 */
static res_t reserve(const struct load *load, size_t who, const struct stated *stated)
{
    const struct referral_submitted *submitted = stated->command.body;
    struct edge *edge = load->conf->edge;
    struct uuid person = load->ids[who], owner;
    struct edge_referral referral = {stated->head->meta.id, submitted->referral_id, person};
    bool taken;
    TRY(edge_reference_claim(edge, &referral, submitted->reference, &taken));
    if (taken)
        fprintf(load->conf->out, "reserved before: the reference of referral %s\n",
            uuid_text(submitted->referral_id).text);
    TRY(edge_index_add(
        edge, person, (struct view[]){load->people[who].crn, submitted->reference}, 2));
    TRY(edge_claim(edge, submitted->referral_id, person, "referral", &owner));
    if (!uuid_eq(owner, person))
        fprintf(load->conf->out, "claimed before: the id of referral %s\n",
            uuid_text(submitted->referral_id).text);
    return RES_DONE;
}

static res_t index_names(const struct load *load, size_t who)
{
    const struct rm_rows *referrals = &load->people[who].referrals;
    for (size_t i = 0; i < referrals->count; i++) {
        const struct view *row = rm_row(referrals, i);
        struct view names[] = {row[REF_FIRST_NAME], row[REF_LAST_NAME]};
        TRY(edge_index_add(load->conf->edge, load->ids[who], names, ARRAY_LEN(names)));
    }
    return RES_DONE;
}

static res_t write_letter(const struct load *load, const struct person_keys *keys,
    struct stated *stated, struct arena *arena, struct letter *ret)
{
    struct meta *meta = &stated->head->meta;
    CLEANUP(buf_done) struct buf value = {0};
    TRY(seal_record(keys, meta->id, stated->desc, stated->head, load->arena));
    TRY(codec_write_command(&stated->command, &value));
    *ret = (struct letter){meta->id, stated->command.type, arena_copy(arena, buf_as_view(&value)),
        ARENA_NEW(arena, struct cloudevent)};
    if (ret->attributes == NULL || ret->value.ptr == NULL)
        return FATAL("one person has more than an import takes at once");
    cloudevent_make(ret->attributes, stated->desc->name, meta, "import-rm");
    return RES_DONE;
}

static res_t write_mail(const struct load *load, size_t who, struct mail *mail)
{
    const struct stated_list *list = &load->lists[who];
    size_t done = load->done[who];
    struct person_keys keys;
    mail->person = load->ids[who];
    mail->len = list->len - done;
    mail->letters = arena_array(mail->arena, mail->len, sizeof *mail->letters);
    if (mail->len == 0)
        return RES_DONE;
    if (mail->letters == NULL)
        return FATAL("one person has more than an import takes at once");
    TRY(index_names(load, who));
    TRY(edge_person_keys(load->conf->edge, mail->person, &keys));
    res_t written = RES_DONE;
    for (size_t i = 0; written.act == RES_OK && i < mail->len; i++) {
        struct stated *stated = &list->items[done + i];
        if (stated->command.type == COMMAND_SUBMIT_REFERRAL)
            written = reserve(load, who, stated);
        if (written.act == RES_OK)
            written = write_letter(load, &keys, stated, mail->arena, &mail->letters[i]);
    }
    person_keys_clear(&keys);
    return written;
}

static res_t load_all(
    struct load *load, const struct rm_rows *crns, struct mail *mails[], struct load_totals *totals)
{
    TRY(source_read(load->conf->source, crns, load->arena, load->people));
    TRY(register_people(load));
    TRY(map_people(load, totals));
    TRY(pass_over_answered(load, totals));
    for (size_t i = 0; i < load->count; i++) {
        if (mails[i]->arena == NULL)
            mails[i]->arena = arena_new(MAIL_BYTES);
        arena_clear(mails[i]->arena);
        TRY(write_mail(load, i, mails[i]));
    }
    return RES_DONE;
}

res_t load_people(const struct load_conf *conf, const struct rm_rows *crns, struct mail *mails[],
    struct load_totals *ret_totals)
{
    CLEANUP(arena_free_p) struct arena *arena = arena_new(ARENA_BYTES);
    enum pg_commit commit;
    struct load load = {.conf = conf, .arena = arena, .count = crns->count};
    load.people = arena_array(arena, crns->count, sizeof *load.people);
    load.ids = arena_array(arena, crns->count, sizeof *load.ids);
    load.lists = arena_array(arena, crns->count, sizeof *load.lists);
    load.done = arena_array(arena, crns->count, sizeof *load.done);
    TRY(pg_begin(conf->target));
    TRY(load_all(&load, crns, mails, ret_totals));
    return pg_commit(conf->target, &commit);
}
