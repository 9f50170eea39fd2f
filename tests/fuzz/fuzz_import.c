/* Rows of Refer and Monitor as its database gives them: any text in any cell. They are mapped to
 * commands or refused with a reason; mapping is a function of the rows; what is mapped can be
 * written to the topic and read back, and its ids are those of the rows.
 *
 * Input: for each query how many rows (0 to 3); then cells, each a byte that says what it is
 * (absent, one of the words that the source uses, or a text with its length) and what belongs to
 * it. */
#include "fuzz.h"
#include "import-rm/map.h"

#include <string.h>

/* What cells hold that are no free text. */
static const char *const words[] = {"bbbbbbbb-0000-0000-0000-000000000001",
    "dddddddd-0000-0000-0000-000000000001", "2021-01-14T15:56:45.382884Z", "2021-04-01", "true",
    "false", "0", "1", "2", "120", "LATE", "YES", "NO", "delivery_session", "assessment", "alone",
    "book", "move", "HARMONY", "person", "provider", "", "one\x1ftwo", "AB1234AC", "Female", "Male",
    "PHONE_CALL", "VIDEO_CALL", "IN_PERSON_MEETING_OTHER", "IN_PERSON_MEETING_PROBATION_OFFICE",
    "LOGISTICS", "POP_ACCEPTABLE", "POP_UNACCEPTABLE", "COMMUNITY", "CUSTODY", "PRE_RELEASE",
    "ACHIEVED", "NOT_ACHIEVED", "PARTIALLY_ACHIEVED"};

static struct view cell_of(struct view *rest, struct arena *arena)
{
    uint8_t what = fuzz_byte(rest);
    if (what < 64 || rest->len == 0)
        return VIEW_NONE;
    if (what < 192)
        return view_of(words[what % ARRAY_LEN(words)]);
    struct view text = fuzz_piece(rest);
    /* The database holds UTF-8 without NUL. */
    bool fine = utf8_valid(text) && memchr(text.ptr, '\0', text.len) == NULL;
    return arena_copy(arena, fine ? text : VIEW("not a text"));
}

static void rows_of(struct view *rest, struct arena *arena, struct rm_rows *rows, size_t columns)
{
    size_t count = rows->count;
    struct view *cells = arena_array(arena, count * columns, sizeof *cells);
    for (size_t i = 0; i < count * columns; i++)
        cells[i] = cell_of(rest, arena);
    *rows = (struct rm_rows){count, columns, cells};
}

static void person_of(struct view *rest, struct arena *arena, struct rm_person *ret)
{
    const struct {
        struct rm_rows *rows;
        size_t columns;
    } parts[] = {{&ret->risks, RISK_COLUMNS}, {&ret->referrals, REF_COLUMNS},
        {&ret->categories, CAT_COLUMNS}, {&ret->sessions, SES_COLUMNS},
        {&ret->assignments, ASG_COLUMNS}, {&ret->plans, PLAN_COLUMNS},
        {&ret->activities, ACT_COLUMNS}, {&ret->appointments, APT_COLUMNS},
        {&ret->reports, REP_COLUMNS}, {&ret->report_outcomes, OUT_COLUMNS},
        {&ret->case_notes, NOTE_COLUMNS}};
    *ret = (struct rm_person){.crn = VIEW("X000001")};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        parts[i].rows->count = fuzz_byte(rest) % 4;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        rows_of(rest, arena, parts[i].rows, parts[i].columns);
}

static void same_command(const struct command *a, const struct command *b, struct arena *arena)
{
    CLEANUP(buf_done) struct buf once = {0}, twice = {0};
    struct command back;
    MUST(codec_write_command(a, &once).act == RES_OK);
    MUST(codec_write_command(b, &twice).act == RES_OK);
    MUST(view_eq(buf_as_view(&once), buf_as_view(&twice)));
    MUST(codec_read_command(fuzz_registry(), buf_as_view(&once), arena, &back) == FRAME_OK);
    MUST(back.type == a->type && uuid_eq(command_meta(&back)->id, command_meta(a)->id));
    MUST(command_meta(&back)->actor.kind == ACTOR_KIND_IMPORT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view rest = {(const char *)data, size};
    struct arena *arena = fuzz_arena();
    const struct map_context context = {
        .space = {{7}}, .person = {{1}}, .now = 1000, .arena = arena};
    struct rm_person person;
    struct stated_list list = {0}, again = {0};
    person_of(&rest, arena, &person);
    res_t res = map_person(&context, &person, &list);
    MUST(res.act == RES_OK || (res.act == RES_REJECT && res.what != NULL && list.items == NULL));
    MUST(map_person(&context, &person, &again).act == res.act && again.len == list.len);
    for (size_t i = 0; i < list.len; i++)
        same_command(&list.items[i].command, &again.items[i].command, arena);
    return 0;
}
