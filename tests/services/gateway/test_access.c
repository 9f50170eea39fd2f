#include "dossier/refusal.h"
#include "gateway/route.h"
#include "gateway/session.h"

#include "gateway/live_cursor.h"
#include "gateway/pages/words.h"

#include <criterion/criterion.h>

#include <string.h>

static struct routes *routes;
static struct arena *arena;
static void set_up(void)
{
    cr_assert_eq(routes_new(&routes).act, RES_OK);
    arena = arena_new(1 << 20);
}
static void tear_down(void)
{
    routes_free(routes);
    arena_free(arena);
}
TestSuite(gateway_routes, .init = set_up, .fini = tear_down, .timeout = 10);
TestSuite(gateway_session, .init = set_up, .fini = tear_down, .timeout = 10);

static const struct route *find(enum http_method method, const char *path, enum problem_code *ret)
{
    struct call call = {0};
    *ret = route_find_path(routes, method, view_of(path), &call);
    return call.route;
}

Test(gateway_routes, have_one_for_each_command_that_people_may_send)
{
    size_t count, commands = 0;
    const struct route *all = routes_all(routes, &count);
    for (size_t i = 0; i < count; i++) {
        cr_expect_not_null((void *)(uintptr_t)all[i].handle, "%s", all[i].path);
        cr_expect_neq(all[i].who, 0, "%s is for nobody", all[i].path);
        commands += all[i].kind == ROUTE_API && all[i].command != COMMAND_MAX_;
        if (all[i].command != COMMAND_MAX_ && all[i].who != WHO_ANYONE)
            cr_expect_eq(all[i].who & ~command_table[all[i].command].who, 0,
                "%s lets somebody send what they may not", all[i].path);
    }
    cr_assert_eq(commands, COMMAND_MAX_);
}

Test(gateway_routes, name_the_methods_of_a_path_that_does_not_take_the_one_sent)
{
    static const char *const due[][2] = {{"/v1/people", "POST"}, {"/v1/caseload", "GET, HEAD"},
        {"/assign", "GET, HEAD, POST"}, {"/nowhere", ""}};
    for (size_t i = 0; i < ARRAY_LEN(due); i++)
        cr_expect(view_eq_text(route_allow(routes, view_of(due[i][0]), arena), due[i][1]), "%s",
            due[i][0]);
}

Test(gateway_routes, are_open_to_everybody_only_where_nobody_is_named)
{
    static const char *const open[] = {"/", "/sign-in", "/sign-out", "/assets/{name}",
        "/favicon.ico", "/health/live", "/health/ready", "/metrics", "/openapi.json"};
    size_t count;
    const struct route *all = routes_all(routes, &count);
    for (size_t i = 0; i < count; i++) {
        bool listed = false;
        for (size_t k = 0; k < ARRAY_LEN(open); k++)
            listed = listed || strcmp(open[k], all[i].path) == 0;
        cr_expect_eq(all[i].who == WHO_ANYONE, listed, "%s", all[i].path);
    }
}

Test(gateway_routes, give_a_commissioner_no_path_with_a_person_in_it)
{
    size_t count;
    const struct route *all = routes_all(routes, &count);
    for (size_t i = 0; i < count; i++)
        if (all[i].who != WHO_ANYONE && (all[i].who & WHO(COMMISSIONER)) != 0) {
            cr_expect_null(strchr(all[i].path, '{'), "%s", all[i].path);
            cr_expect_null(strstr(all[i].path, "case"), "%s", all[i].path);
        }
}

Test(gateway_routes, match_whole_paths_only)
{
    enum problem_code problem;
    const char *id = "/v1/referrals/00000000-0000-0000-0000-000000000001";
    cr_assert_not_null(find(HTTP_GET, id, &problem));
    cr_assert_eq(problem, PROBLEM_MAX_);
    static const char *const wrong[] = {"", "v1", "/v1", "/v1/referrals", "/v1/referrals/",
        "/v1/referrals/00000000-0000-0000-0000-000000000001/", "/v1/referrals/zz",
        "/v1/referrals/00000000-0000-0000-0000-000000000000", "//v1/caseload", "/v1/caseload/",
        "/V1/caseload", "/referrals/00000000-0000-0000-0000-000000000001/sessions/101/book",
        "/referrals/00000000-0000-0000-0000-000000000001/sessions/-1/book", "/assets/"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        find(HTTP_GET, wrong[i], &problem);
        cr_expect_eq(problem, PROBLEM_NOT_FOUND, "%s", wrong[i]);
    }
    find(HTTP_DELETE, id, &problem);
    cr_assert_eq(problem, PROBLEM_METHOD);
}

Test(gateway_session, comes_back_as_it_was_until_it_is_idle_too_long)
{
    uint8_t key[COOKIE_KEY_BYTES] = {1};
    struct session session = {uuid_random(), 1000, 2000, false, VIEW("JBELL")}, back;
    struct view text = session_seal(key, &session, arena);
    cr_assert(session_unseal(key, text, 2000 + SESSION_IDLE_S - 1, arena, &back));
    cr_assert(uuid_eq(back.id, session.id));
    cr_assert(view_eq(back.user, VIEW("JBELL")));
    cr_assert_not(session_unseal(key, text, 2000 + SESSION_IDLE_S, arena, &back));
    session.seen_s = 1000 + SESSION_MAX_S - 10;
    text = session_seal(key, &session, arena);
    cr_assert(session_unseal(key, text, 1000 + SESSION_MAX_S - 1, arena, &back));
    cr_assert_not(session_unseal(key, text, 1000 + SESSION_MAX_S, arena, &back));
    session.shared = true;
    text = session_seal(key, &session, arena);
    cr_assert_not(session_unseal(key, text, session.seen_s + SESSION_SHARED_IDLE_S, arena, &back));
}

Test(gateway_session, is_refused_when_a_byte_or_the_key_is_another)
{
    uint8_t key[COOKIE_KEY_BYTES] = {1}, other[COOKIE_KEY_BYTES] = {2};
    struct session session = {uuid_random(), 1000, 2000, false, VIEW("JBELL")}, back;
    struct view text = session_seal(key, &session, arena);
    cr_assert_not(session_unseal(other, text, 2000, arena, &back));
    for (size_t i = 0; i < text.len; i++) {
        char *copy = arena_text(arena, text);
        copy[i] = copy[i] == '0' ? '1' : '0';
        cr_expect_not(session_unseal(key, view_of(copy), 2000, arena, &back), "byte %zu", i);
        cr_expect_not(session_unseal(key, (struct view){text.ptr, i}, 2000, arena, &back));
    }
}

Test(gateway_session, signs_the_cursors_of_live_pages)
{
    struct view key = VIEW("key"), other = VIEW("other");
    struct positions at = {{5, 0, INT64_MAX}, 3}, back;
    struct view text = positions_print(key, &at, arena);
    cr_assert(positions_parse(key, text, &back));
    cr_assert(positions_same(&at, &back));
    cr_assert_not(positions_parse(other, text, &back));
    for (size_t i = 0; i < text.len; i++) {
        char *copy = arena_text(arena, text);
        copy[i] = copy[i] == '7' ? '8' : '7';
        cr_expect_not(positions_parse(key, view_of(copy), &back), "byte %zu", i);
    }
    struct positions none = {{0}, 0};
    cr_assert(positions_parse(key, positions_print(key, &none, arena), &back));
    cr_assert_eq(back.count, 0);
}

Test(gateway_words, are_there_for_every_event_and_every_refusal_of_a_decider, .timeout = 10)
{
    for (int type = 0; type < EVENT_MAX_; type++) {
        struct view name = view_of(event_table[type].name);
        bool refused = type == EVENT_COMMAND_REFUSED;
        cr_expect(refused || words_lookup("event.", name, "").ptr != NULL, "%s", name.ptr);
        cr_expect(refused || words_lookup("done.", name, "").ptr != NULL, "%s", name.ptr);
    }
    for (int refusal = REFUSAL_NONE + 1; refusal < REFUSAL_MAX_; refusal++) {
        const char *code = refusal_code((enum refusal)refusal);
        cr_expect(words_lookup("refusal.", view_of(code), "").ptr != NULL, "%s", code);
    }
}
