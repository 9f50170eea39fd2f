/* GET /v1/caseload, POST /v1/search: lists of cases, a part at a time. */
#include "gateway/cursor.h"
#include "gateway/handlers.h"
#include "gateway/model.h"

#include "base/clock.h"

enum { LIST_MAX = 100, CURSOR_MAX = 300 };

void json_put_case(struct json_out *json, const struct case_row *row)
{
    json_put_uuid(json, "referral", row->referral);
    json_put_text(json, "firstName", row->name.first);
    json_put_text(json, "lastName", row->name.last);
    json_put_text(json, "reference", row->reference);
    json_put_text(json, "service", row->service);
    json_put_text(json, "provider", row->provider);
    json_put_text(json, "status", row->status);
    json_put_text(json, "action", row->action);
    json_put_text(json, "turn", row->turn);
    json_put_time(json, "dueAt", row->due_us);
    json_put_time(json, "nextStart", row->next_at_us);
    json_put_bool(json, "overdue", row->overdue);
}

bool query_case_filter(struct call *call, struct case_filter *ret)
{
    struct http_pairs query = call->request->query;
    struct view page = http_pair_get(query, "page"), overdue = http_pair_get(query, "overdue");
    *ret = (struct case_filter){
        .whose = http_pair_get(query, "whose"),
        .status = http_pair_get(query, "status"),
        .overdue = view_eq(overdue, VIEW("yes")),
        .page = 1,
    };
    if (ret->whose.len == 0)
        ret->whose = VIEW("team");
    if (ret->status.ptr == NULL)
        ret->status = VIEW("");
    bool fine = view_eq(ret->whose, VIEW("mine")) || view_eq(ret->whose, VIEW("team"));
    if (page.ptr != NULL)
        fine = fine && view_to_i64(page, &ret->page) && ret->page >= 1 && ret->page <= 100000;
    fine = fine && (overdue.len == 0 || ret->overdue);
    bool known = ret->status.len == 0;
    for (enum status_code code = 0; code < STATUS_MAX_; code++)
        known = known || view_eq_text(ret->status, status_text(code));
    return fine && known;
}

/* Whose list it is, and how it is filtered: a cursor is good for that one alone. */
struct case_cursor {
    struct cursor_for what;
    struct view after; /* as it came; absent: the start */
    int64_t limit;
};
static struct case_cursor cursor_of(struct call *call, const char *list, struct view filter)
{
    const struct identity *who = &call->who;
    return (struct case_cursor){
        .what = {{(const char *)call->gateway->cookie_key, COOKIE_KEY_BYTES},
            arena_printf(call->arena, "%s\n%d\n%.*s\n%.*s\n%.*s", list, (int)who->kind,
                VIEW_ARG(who->user), VIEW_ARG(who->organisation), VIEW_ARG(filter))},
        .limit = CASES_PAGE};
}

static struct view place_print(
    struct call *call, const struct case_cursor *cursor, const struct case_place *place)
{
    struct view text = arena_printf(call->arena, "%lld.%lld.%s", (long long)place->due_us,
        (long long)place->submitted_us, uuid_text(place->referral).text);
    return cursor_sign(&cursor->what, text, call->arena);
}

static bool place_parse(struct view text, struct case_place *ret)
{
    return view_to_i64(view_cut(&text, '.'), &ret->due_us) &&
           view_to_i64(view_cut(&text, '.'), &ret->submitted_us) &&
           uuid_parse(text, &ret->referral);
}

/* PROBLEM_MAX_: it can be read. */
static enum problem_code part_of(const struct case_cursor *cursor, struct case_part *ret)
{
    *ret = (struct case_part){.limit = cursor->limit};
    if (cursor->limit < 1 || cursor->limit > LIST_MAX)
        return PROBLEM_BAD_REQUEST;
    if (cursor->after.ptr == NULL)
        return PROBLEM_MAX_;
    struct view text = cursor_check(&cursor->what, cursor->after);
    return text.ptr != NULL && place_parse(text, &ret->after) ? PROBLEM_MAX_ : PROBLEM_CURSOR;
}

/* `next`: what the next part is asked for with; absent: this was the last. */
static void answer_cases(struct call *call, const struct case_list *list, struct view next)
{
    CLEANUP(json_done_p) struct json_out json = {0};
    json_begin(&json, NULL, '{');
    json_put_int(&json, "total", list->total);
    json_begin(&json, "cases", '[');
    for (size_t i = 0; i < list->count; i++) {
        json_begin(&json, NULL, '{');
        json_put_case(&json, &list->rows[i]);
        json_end(&json, '}');
    }
    json_end(&json, ']');
    json_put_text(&json, "next", next);
    json_end(&json, '}');
    call_json(call, 200, &json.buf);
}

/* RFC 8288. Every value was checked: none needs an escape. */
static void put_link(
    struct call *call, const struct case_filter *filter, int64_t limit, struct view next)
{
    call_header(call, "Link",
        arena_printf(call->arena,
            "</v1/caseload?whose=%.*s%s%.*s%s&limit=%lld&after=%.*s>; rel=\"next\"",
            VIEW_ARG(filter->whose), filter->status.len > 0 ? "&status=" : "",
            VIEW_ARG(filter->status), filter->overdue ? "&overdue=yes" : "", (long long)limit,
            VIEW_ARG(next)));
}

res_t caseload_handle(struct call *call)
{
    struct http_pairs query = call->request->query;
    struct case_filter filter;
    struct case_part part;
    struct case_list list;
    struct view limit = http_pair_get(query, "limit"), next = VIEW_NONE;
    /* Pages are counted for people; who counts on would read the first one over and over. */
    bool fine = query_case_filter(call, &filter) && http_pair_get(query, "page").ptr == NULL;
    struct case_cursor cursor = cursor_of(call, "caseload",
        arena_printf(call->arena, "%.*s %.*s %d", VIEW_ARG(filter.whose), VIEW_ARG(filter.status),
            filter.overdue));
    cursor.after = http_pair_get(query, "after");
    fine = fine && (limit.ptr == NULL || view_to_i64(limit, &cursor.limit));
    enum problem_code problem = fine ? part_of(&cursor, &part) : PROBLEM_BAD_REQUEST;
    if (problem != PROBLEM_MAX_) {
        call_problem_code(call, problem);
        return RES_DONE;
    }
    TRY(model_case_list(call, &filter, &part, &list));
    if (!uuid_is_zero(list.next.referral)) {
        next = place_print(call, &cursor, &list.next);
        put_link(call, &filter, part.limit, next);
    }
    answer_cases(call, &list, next);
    return RES_DONE;
}

struct search_body {
    uint64_t has;
    struct view text, after;
    int32_t limit;
};
enum { HAS_TEXT, HAS_AFTER, HAS_LIMIT };
static const struct field_desc search_fields[] = {
    {.name = "text",
        .doc = "",
        .kind = KIND_TEXT,
        .offset = offsetof(struct search_body, text),
        .has_bit = HAS_TEXT,
        .required = true,
        .max_length = 200},
    {.name = "after",
        .doc = "",
        .kind = KIND_TEXT,
        .offset = offsetof(struct search_body, after),
        .has_bit = HAS_AFTER,
        .max_length = CURSOR_MAX},
    {.name = "limit",
        .doc = "",
        .kind = KIND_INT,
        .offset = offsetof(struct search_body, limit),
        .has_bit = HAS_LIMIT,
        .min = 1,
        .max = LIST_MAX},
};
static const struct record_desc search_desc = {.name = "Search",
    .doc = "",
    .size = sizeof(struct search_body),
    .field_count = ARRAY_LEN(search_fields),
    .fields = search_fields};

/* POST /v1/search {"text": "sam ash"}: what is looked for stands in no address and no log. */
res_t search_handle(struct call *call)
{
    struct search_body body;
    struct codec_error error;
    struct case_part part;
    struct case_list list;
    res_t res =
        codec_json_read(&search_desc, call->request->body, NULL, call->arena, &body, &error);
    if (res.act == RES_REJECT) {
        struct problem problem = problem_of_codec(&error);
        call_problem(call, &problem);
        return RES_DONE;
    }
    TRY(res);
    struct case_cursor cursor = cursor_of(call, "search", body.text);
    if (has_bit(&body, HAS_LIMIT))
        cursor.limit = body.limit;
    if (has_bit(&body, HAS_AFTER))
        cursor.after = body.after;
    enum problem_code problem = part_of(&cursor, &part);
    if (problem != PROBLEM_MAX_) {
        call_problem_code(call, problem);
        return RES_DONE;
    }
    TRY(model_search(call, body.text, &part, &list));
    bool more = !uuid_is_zero(list.next.referral);
    answer_cases(call, &list, more ? place_print(call, &cursor, &list.next) : VIEW_NONE);
    return RES_DONE;
}
