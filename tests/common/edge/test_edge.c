#include "edge/edge.h"

#include "support/cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char conninfo[CLUSTER_CONNINFO_MAX];
static struct pg *pg;
static struct edge_secrets secrets;
static struct edge *edge;
static struct arena *arena;

static void write_secret(const char *folder, const char *name, char digit)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    for (int i = 0; i < 64; i++)
        fputc(digit, file);
    fclose(file);
}

static void setup(void)
{
    char folder[] = "/tmp/edge-test-XXXXXX", path[128];
    cr_assert_not_null(mkdtemp(folder));
    write_secret(folder, "deployment.secret", 'a');
    write_secret(folder, "kek", 'b');
    OK(edge_secrets_open(folder, &secrets));
    snprintf(path, sizeof path, "%s/deployment.secret", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/kek", folder);
    unlink(path);
    rmdir(folder);
    cluster_database(conninfo);
    pg = cluster_open(conninfo);
    OK(edge_migrate(pg));
    edge = edge_new(pg, &secrets);
    arena = arena_new(1 << 20);
}

static void teardown(void)
{
    arena_free(arena);
    edge_free(edge);
    pg_close(pg);
    edge_secrets_close(&secrets);
}

TestSuite(edge, .init = setup, .fini = teardown, .timeout = 60);

static struct uuid person_of(const char *crn)
{
    struct uuid person;
    bool is_new;
    OK(edge_person_register(edge, view_of(crn), &person, &is_new));
    return person;
}

Test(edge, a_person_is_the_same_whoever_asks_and_however_often)
{
    struct uuid first, again;
    bool is_new;
    OK(edge_person_register(edge, VIEW("X900001"), &first, &is_new));
    cr_expect(is_new);
    CLEANUP(edge_free_p) struct edge *other = edge_new(pg, &secrets);
    OK(edge_person_register(other, VIEW("X900001"), &again, &is_new));
    cr_expect(!is_new && uuid_eq(first, again));
    struct person_keys a, b;
    OK(edge_person_keys(edge, first, &a));
    OK(edge_person_keys(other, first, &b));
    cr_expect_arr_eq(a.risk_key, b.risk_key, SEAL_KEY_BYTES);
    cr_expect_arr_neq(a.risk_key, a.person_key, SEAL_KEY_BYTES);
    cr_expect(!uuid_eq(first, person_of("X900002")));
}

Test(edge, migrating_twice_changes_nothing)
{
    OK(edge_migrate(pg));
}

Test(edge, a_crn_is_written_one_way)
{
    struct view crn;
    OK(edge_crn_normalise(VIEW(" x90 0001 "), arena, &crn));
    cr_expect(view_eq_text(crn, "X900001"));
    cr_expect_eq(edge_crn_normalise(VIEW("  "), arena, &crn).act, RES_REJECT);
    cr_expect_eq(edge_crn_normalise(VIEW("X1234567890123456789"), arena, &crn).act, RES_REJECT);
}

Test(edge, nobody_who_is_not_registered_has_keys)
{
    struct person_keys keys;
    cr_expect_eq(edge_person_keys(edge, (struct uuid){{5}}, &keys).act, RES_REJECT);
    cr_expect_eq(edge_person_keys(edge, (struct uuid){{0}}, &keys).act, RES_REJECT);
}

Test(edge, keys_that_do_not_open_are_not_those_of_nobody)
{
    struct uuid person = person_of("X900003");
    static const struct pg_sql alter = {NULL,
        "UPDATE edge.person_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1)"};
    OK(pg_exec(pg, &alter, NULL, NULL));
    struct person_keys keys;
    cr_expect_eq(edge_person_keys(edge, person, &keys).act, RES_FATAL);
}

Test(edge, no_crn_and_no_name_stands_in_the_tables)
{
    struct uuid person = person_of("X900077");
    struct view names[] = {VIEW("Zebedee"), VIEW("X900077")};
    OK(edge_index_add(edge, person, names, ARRAY_LEN(names)));
    static const struct pg_sql dump = {NULL,
        "SELECT (SELECT string_agg(p::text, ' ') FROM edge.person p) || "
        "(SELECT string_agg(t::text, ' ') FROM edge.search_token t)"};
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(pg_exec(pg, &dump, NULL, &rows));
    struct view text = pg_text(rows, 0, 0);
    cr_assert_gt(text.len, 100);
    cr_expect_null(memmem(text.ptr, text.len, "900077", 6));
    cr_expect_null(memmem(text.ptr, text.len, "ebedee", 6));
}

Test(edge, references_are_well_formed_never_twice_and_the_same_for_the_same_command)
{
    char one[REFERENCE_TEXT_MAX], again[REFERENCE_TEXT_MAX], last[REFERENCE_TEXT_MAX] = "";
    struct edge_referral referral = {{{1}}, {{2}}, {{3}}};
    OK(edge_reference_reserve(edge, &referral, VIEW("AC"), one));
    OK(edge_reference_reserve(edge, &referral, VIEW("AC"), again));
    cr_expect_str_eq(one, again);
    for (uint8_t i = 10; i < 110; i++) {
        referral.record.b[0] = i;
        OK(edge_reference_reserve(edge, &referral, VIEW("WO"), again));
        cr_expect_eq(strlen(again), 8);
        cr_expect(again[6] == 'W' && again[7] == 'O');
        cr_expect_null(memchr(again, '0', 6), "%s: O and 0", again);
        cr_expect_null(memchr(again, 'I', 6));
        cr_expect(strchr(again, '5') == NULL || strchr(again, 'S') == NULL, "%s", again);
        cr_expect(strchr(again, '8') == NULL || strchr(again, 'B') == NULL, "%s", again);
        cr_expect_str_neq(again, last);
        snprintf(last, sizeof last, "%s", again);
    }
}

Test(edge, a_reference_that_another_referral_has_is_told_and_not_taken)
{
    struct edge_referral one = {{{1}}, {{2}}, {{3}}}, two = {{{4}}, {{5}}, {{3}}};
    bool taken;
    OK(edge_reference_claim(edge, &one, VIEW("AB1234AC"), &taken));
    cr_expect(!taken);
    OK(edge_reference_claim(edge, &one, VIEW("AB1234AC"), &taken));
    cr_expect(!taken, "the same command again");
    OK(edge_reference_claim(edge, &two, VIEW("AB1234AC"), &taken));
    cr_expect(taken);
}

Test(edge, an_id_belongs_to_the_dossier_that_claimed_it_first)
{
    struct uuid id = {{9}}, owner;
    OK(edge_claim(edge, id, (struct uuid){{1}}, "referral", &owner));
    cr_expect_eq(owner.b[0], 1);
    OK(edge_claim(edge, id, (struct uuid){{2}}, "referral", &owner));
    cr_expect_eq(owner.b[0], 1);
}

static size_t found(const char *text)
{
    struct uuid *people;
    size_t count;
    OK(edge_search(edge, view_of(text), 10, arena, &people, &count));
    return count;
}

Test(edge, people_are_found_by_whole_words_in_any_case_and_order)
{
    struct uuid ann = person_of("X900001"), bob = person_of("X900002");
    struct view ann_names[] = {VIEW("Ann-Marie"), VIEW("O'Hara"), VIEW("X900001")};
    struct view bob_names[] = {VIEW("Bob"), VIEW("Ohara"), VIEW("X900002")};
    OK(edge_index_add(edge, ann, ann_names, ARRAY_LEN(ann_names)));
    OK(edge_index_add(edge, ann, ann_names, ARRAY_LEN(ann_names)));
    OK(edge_index_add(edge, bob, bob_names, ARRAY_LEN(bob_names)));
    cr_expect_eq(found("marie ANN"), 1);
    cr_expect_eq(found("x900002"), 1);
    cr_expect_eq(found("ann bob"), 0);
    cr_expect_eq(found("mari"), 0);
    cr_expect_eq(found(""), 0);
}

Test(edge, record_ids_depend_on_client_and_key_and_on_where_one_ends)
{
    struct uuid a = edge_record_id(&secrets, VIEW("ab"), VIEW("c"));
    cr_expect(uuid_eq(a, edge_record_id(&secrets, VIEW("ab"), VIEW("c"))));
    cr_expect(!uuid_eq(a, edge_record_id(&secrets, VIEW("a"), VIEW("bc"))));
    cr_expect_eq(a.b[6] >> 4, 8);
}

static bool yes(const char *text)
{
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    const struct pg_sql sql = {NULL, text};
    OK(pg_exec(pg, &sql, NULL, &rows));
    return pg_bool(rows, 0, 0);
}

#define PEOPLE(n) "'00000000-0000-8000-8000-00000000000" #n "'"

Test(edge, a_restricted_record_is_hidden_by_one_rule_for_one_person_and_for_lists)
{
    static const struct {
        const char *user; /* as SQL */
        bool hidden[5];   /* excluded A; let in A; both A; nobody at all; unrestricted */
    } due[] = {{"'A'", {true, false, true, true, false}}, {"'B'", {false, true, true, true, false}},
        {"NULL", {false, true, true, true, false}}};
    OK(pg_run(pg, "INSERT INTO edge.restriction VALUES"
                  " (" PEOPLE(0) ", false, 'A'), (" PEOPLE(
                      1) ", true, 'A'),"
                         " (" PEOPLE(2) ", false, 'A'), (" PEOPLE(2) ", true, 'A'),"
                                                                     " (" PEOPLE(3) ", true, '')"));
    for (size_t i = 0; i < ARRAY_LEN(due); i++)
        for (int n = 0; n < 5; n++) {
            char one[200], list[200];
            snprintf(one, sizeof one,
                "SELECT edge.is_hidden('00000000-0000-8000-8000-00000000000%d', %s::text)", n,
                due[i].user);
            snprintf(list, sizeof list,
                "SELECT '00000000-0000-8000-8000-00000000000%d'::uuid IN (SELECT h FROM"
                " edge.hidden_from(%s::text) h)",
                n, due[i].user);
            cr_expect_eq(yes(one), due[i].hidden[n], "%s", one);
            cr_expect_eq(yes(list), due[i].hidden[n], "%s", list);
        }
}

/* --- who may see a person, as an operator says it ----------------------------------------------*/

static const struct view some[] = {{"A", 1}, {"B", 1}};

/* "only A only B but C " */
static struct view said_of(struct uuid person)
{
    static char text[256];
    size_t at = 0;
    CLEANUP(pg_rows_free_p) struct pg_rows *rows = NULL;
    OK(edge_restrictions(pg, person, &rows));
    text[0] = '\0';
    for (int i = 0; i < pg_rows_count(rows); i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%.*s ",
            pg_bool(rows, i, 0) ? "only " : "but ", VIEW_ARG(pg_text(rows, i, 1)));
    return view_of(text);
}

Test(edge, a_restriction_takes_the_place_of_the_one_of_its_kind_before)
{
    struct uuid person = uuid_random();
    static const struct {
        struct edge_restriction restriction;
        const char *said;
    } steps[] = {
        {{true, some, 2}, "only A only B "},
        {{true, some + 1, 1}, "only B "},
        {{false, some, 1}, "only B but A "},
        {{false, some, 1}, "only B but A "},
        {{true, NULL, 0}, "only  but A "},
        {{false, NULL, 0}, "only  "},
    };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        OK(edge_restrict(pg, person, &steps[i].restriction));
        cr_expect(view_eq_text(said_of(person), steps[i].said), "step %zu: %.*s", i,
            VIEW_ARG(said_of(person)));
    }
    OK(edge_unrestrict(pg, person));
    cr_expect(view_eq_text(said_of(person), ""));
}

static int notices(struct pg *listen, struct uuid person)
{
    struct pg_notification notification;
    bool any = true;
    int count = 0;
    while (any) {
        OK(pg_notified(listen, &notification, &any));
        if (any) {
            cr_expect(view_eq_text(notification.channel, "restriction"));
            cr_expect(view_eq_text(notification.payload, uuid_text(person).text));
            count++;
        }
    }
    return count;
}

Test(edge, each_change_of_who_may_see_a_person_is_told_once)
{
    struct uuid person = uuid_random();
    OK(pg_listen(pg, "restriction"));
    OK(edge_restrict(pg, person, &(struct edge_restriction){true, some, 2}));
    cr_expect_eq(notices(pg, person), 1);
    OK(edge_restrict(pg, person, &(struct edge_restriction){true, some, 2}));
    cr_expect_eq(notices(pg, person), 0, "nothing changed");
    OK(edge_unrestrict(pg, person));
    cr_expect_eq(notices(pg, person), 1);
}
