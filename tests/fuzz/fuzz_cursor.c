/* What we sign and take back: places in lists, positions of live pages (`after`, Last-Event-ID),
 * the cookie of a session, entity tags. What was signed comes back as it was; with bytes changed it
 * is refused, or is the very text that was signed; what nobody signed is refused.
 *
 * Input: which of them, a byte to change and into what, then the values. */
#include "fuzz.h"
#include "gateway/cursor.h"
#include "gateway/etag.h"
#include "gateway/live_cursor.h"
#include "gateway/session.h"

#include <string.h>

static const uint8_t key[COOKIE_KEY_BYTES] = "a key of thirty-two bytes, known";
static const struct view key_view = {(const char *)key, sizeof key};

struct edit {
    size_t at;
    uint8_t xor ;
    size_t cut; /* this many bytes less, too */
};

/* Somebody's hands on the signed text. */
static struct view edited(struct view text, const struct edit *edit, struct arena *arena)
{
    char *copy = arena_text(arena, text);
    if (edit->at < text.len)
        copy[edit->at] = (char)(copy[edit->at] ^ edit->xor);
    return (struct view){copy, edit->cut < text.len ? text.len - edit->cut : text.len};
}

/* Of digits, letters, '.' and '-', as cursor.h asks. */
static struct view plain(struct view text, struct arena *arena)
{
    static const char letters[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-";
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = text.len < 900 ? text.len : 900;
    for (size_t i = 0; i < len; i++)
        copy[i] = letters[(uint8_t)text.ptr[i] % (sizeof letters - 1)];
    return (struct view){copy, len};
}

static void list_cursor(const struct edit *edit, struct view rest, struct arena *arena)
{
    const struct cursor_for what = {key_view, fuzz_piece(&rest)};
    struct view text = plain(rest, arena);
    struct view cursor = cursor_sign(&what, text, arena);
    MUST(view_eq(cursor_check(&what, cursor), text) && cursor.ptr[cursor.len] == '\0');
    struct view other = edited(cursor, edit, arena);
    struct view got = cursor_check(&what, other);
    MUST(got.ptr == NULL || view_eq(cursor_sign(&what, got, arena), other));
    MUST(cursor_check(&what, rest).ptr == NULL);
}

static void live_position(const struct edit *edit, struct view rest, struct arena *arena)
{
    struct positions at = {.count = fuzz_byte(&rest) % (POSITIONS_MAX + 1)}, got = {.count = 99};
    for (uint32_t i = 0; i < at.count; i++)
        at.next[i] = (int64_t)(fuzz_number(&rest) << 32 | fuzz_number(&rest) << 16) - 77;
    struct view cursor = positions_print(key_view, &at, arena);
    MUST(positions_parse(key_view, cursor, &got) && positions_same(&at, &got));
    struct view other = edited(cursor, edit, arena);
    if (positions_parse(key_view, other, &got))
        MUST(view_eq(positions_print(key_view, &got, arena), other));
    MUST(!positions_parse(key_view, rest, &got));
}

static void session_cookie(const struct edit *edit, struct view rest, struct arena *arena)
{
    struct session session = {.opened_s = 1795000000 + (int64_t)fuzz_number(&rest),
        .shared = (fuzz_byte(&rest) & 1) != 0};
    struct session got = {.seen_s = -1};
    session.seen_s = session.opened_s + (int64_t)fuzz_number(&rest);
    int64_t now_s = session.seen_s + (int64_t)fuzz_number(&rest);
    int64_t idle_s = session.shared ? SESSION_SHARED_IDLE_S : SESSION_IDLE_S;
    bool over = now_s - session.seen_s >= idle_s || now_s - session.opened_s >= SESSION_MAX_S;
    memcpy(session.id.b, rest.ptr, rest.len < 16 ? rest.len : 16);
    session.user = (struct view){rest.ptr, rest.len < 100 ? rest.len : 100};
    struct view cookie = session_seal(key, &session, arena);
    MUST(session_unseal(key, cookie, now_s, arena, &got) == !over);
    MUST(over ? got.seen_s == -1
              : uuid_eq(got.id, session.id) && view_eq(got.user, session.user) &&
                    got.shared == session.shared && got.opened_s == session.opened_s);
    struct view other = edited(cookie, edit, arena);
    if (session_unseal(key, other, now_s, arena, &got))
        MUST(view_eq(session_seal(key, &got, arena), other));
    MUST(!session_unseal(key, rest, now_s, arena, &got));
}

static void entity_tag(const struct edit *edit, struct view rest, struct arena *arena)
{
    struct view said = fuzz_piece(&rest);
    struct view tag = etag_make(arena, (int64_t)edit->at, said);
    MUST(etag_matches(tag, tag) && etag_matches(VIEW("*"), tag) && !etag_matches(VIEW_NONE, tag));
    MUST(
        etag_matches(arena_printf(arena, "\"a\" , %.*s,%.*s", VIEW_ARG(tag), VIEW_ARG(rest)), tag));
    /* The opaque part stands in whatever names it. */
    struct view opaque = view_from(tag, 2);
    if (etag_matches(rest, tag) && !view_eq(view_trim(rest), VIEW("*")))
        MUST(memmem(rest.ptr, rest.len, opaque.ptr, opaque.len) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const rows[])(const struct edit *, struct view, struct arena *) = {
        list_cursor, live_position, session_cookie, entity_tag};
    struct view rest = {(const char *)data, size};
    size_t which = fuzz_byte(&rest) % ARRAY_LEN(rows);
    struct edit edit = {.at = fuzz_number(&rest), .xor = fuzz_byte(&rest), .cut = fuzz_byte(&rest)};
    rows[which](&edit, rest, fuzz_arena());
    return 0;
}
