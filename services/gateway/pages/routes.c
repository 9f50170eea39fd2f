#include "gateway/pages/routes.h"

#include <ctype.h>
#include <string.h>

static const char *const patterns[] = {
#define ROUTE(name, pattern) [ROUTE_##name] = (pattern),
#include "gateway/pages/routes.def"
#undef ROUTE
};
_Static_assert(ARRAY_LEN(patterns) == ROUTE_MAX_, "a pattern for each route");

const char *route_pattern(enum route route)
{
    return patterns[route];
}

/* `parts`: what stands for each {...}, in order. */
static struct link fill(
    struct arena *arena, enum route route, const struct view *parts, size_t count)
{
    struct buf out = {0};
    size_t used = 0;
    for (struct view rest = view_of(patterns[route]); rest.ptr != NULL;) {
        buf_view(&out, view_cut(&rest, '{'));
        if (rest.ptr == NULL)
            break;
        view_cut(&rest, '}');
        MUST(used < count);
        buf_view(&out, parts[used++]);
    }
    MUST(used == count);
    struct link link = {arena_copy(arena, buf_as_view(&out))};
    buf_done(&out);
    return link;
}

struct link link_to(enum route route)
{
    MUST(strchr(patterns[route], '{') == NULL);
    return (struct link){view_of(patterns[route])};
}

struct link link_id(struct arena *arena, enum route route, struct uuid id)
{
    struct view part = arena_printf(arena, "%s", uuid_text(id).text);
    return fill(arena, route, &part, 1);
}

struct link link_session(struct arena *arena, enum route route, struct uuid id, int32_t session)
{
    struct view parts[2] = {
        arena_printf(arena, "%s", uuid_text(id).text), arena_printf(arena, "%d", (int)session)};
    return fill(arena, route, parts, ARRAY_LEN(parts));
}

struct link link_within(struct arena *arena, struct view id)
{
    return (struct link){arena_printf(arena, "#%.*s", VIEW_ARG(id))};
}

static bool is_code(struct view text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '-')
            return false;
    return true;
}

struct link link_query(
    struct arena *arena, struct link link, const struct query *queries, size_t count)
{
    char sign = '?';
    for (size_t i = 0; i < count; i++) {
        if (queries[i].value.len == 0 || !is_code(queries[i].value))
            continue;
        link.path = arena_printf(arena, "%.*s%c%s=%.*s", VIEW_ARG(link.path), sign, queries[i].name,
            VIEW_ARG(queries[i].value));
        sign = '&';
    }
    return link;
}

struct link link_own(struct arena *arena, struct view path)
{
    bool own = path.len > 0 && path.ptr[0] == '/' &&
               (path.len == 1 || (path.ptr[1] != '/' && path.ptr[1] != '\\'));
    for (size_t i = 0; i < path.len; i++)
        own = own && (unsigned char)path.ptr[i] > ' ' && path.ptr[i] != 0x7f;
    return own ? (struct link){arena_copy(arena, path)} : link_to(ROUTE_home);
}

struct link link_demo_origin(struct arena *arena, struct view origin)
{
    static const struct view scheme = {"http://", 7};
    struct view host = view_from(origin, scheme.len);
    struct view name = {host.ptr, view_find(host, ':')};
    struct view port = view_from(host, name.len + 1);
    static const struct view domain = {".localhost", 10};
    bool good = view_starts(origin, scheme) && name.len > domain.len &&
                view_eq(view_from(name, name.len - domain.len), domain) && port.len > 0;
    for (size_t i = 0; i < port.len; i++)
        good = good && isdigit((unsigned char)port.ptr[i]);
    good = good && is_code((struct view){name.ptr, name.len - domain.len});
    return good ? (struct link){arena_printf(arena, "%.*s/", VIEW_ARG(origin))}
                : (struct link){VIEW_NONE};
}
