#include "browser.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct http_reply send_to(
    struct browser *browser, const char *method, const char *path, struct view body)
{
    struct api *api = browser->api;
    struct http_pair headers[5] = {{VIEW("Accept"), VIEW("text/html")},
        {VIEW("Origin"), view_of(api->url)}, {VIEW("Sec-Fetch-Site"), VIEW("same-origin")}};
    size_t count = 3;
    if (browser->cookie[0] != '\0')
        headers[count++] = (struct http_pair){VIEW("Cookie"), view_of(browser->cookie)};
    if (body.ptr != NULL)
        headers[count++] =
            (struct http_pair){VIEW("Content-Type"), VIEW("application/x-www-form-urlencoded")};
    const struct http_call call = {.method = method,
        .url = printed(api, "%s%s", api->url, path).ptr,
        .headers = {headers, count},
        .body = body};
    struct http_reply reply = {0};
    if (http_client_call(api->client, &call, api->arena, &reply).act != RES_OK)
        fprintf(stderr, "%s %s: no answer\n", method, path);
    struct view cookie = http_header_get(reply.headers, "Set-Cookie");
    struct view pair = view_cut(&cookie, ';');
    if (pair.ptr != NULL)
        snprintf(browser->cookie, sizeof(browser->cookie), "%.*s", VIEW_ARG(pair));
    if (getenv("FLOW_TRACE") != NULL)
        printf("    %s %s -> %d\n", method, path, reply.status);
    return reply;
}

struct http_reply browser_get(struct browser *browser, const char *path)
{
    return send_to(browser, "GET", path, VIEW_NONE);
}

struct http_reply browser_post(struct browser *browser, const char *path, struct view fields)
{
    return send_to(browser, "POST", path, fields);
}

struct view hidden(struct view page, const char *name)
{
    char head[96];
    int len = snprintf(head, sizeof(head), "name=\"%s\" value=\"", name);
    const char *at = page.len == 0 ? NULL : memmem(page.ptr, page.len, head, (size_t)len);
    if (at == NULL)
        return VIEW("");
    struct view rest = view_from(page, (size_t)(at - page.ptr) + (size_t)len);
    return view_cut(&rest, '"');
}

struct http_reply browser_send(
    struct browser *browser, struct view page, const char *path, const char *fields)
{
    struct view csrf = hidden(page, "csrf");
    struct view command = hidden(page, "command");
    return browser_post(browser, path,
        printed(
            browser->api, "csrf=%.*s&command=%.*s&%s", VIEW_ARG(csrf), VIEW_ARG(command), fields));
}

bool leads_to(const struct http_reply *reply, const char *path)
{
    return reply->status == 303 && view_eq_text(http_header_get(reply->headers, "Location"), path);
}

bool page_has(const struct http_reply *reply, const char *text)
{
    return reply->body.len > 0 &&
           memmem(reply->body.ptr, reply->body.len, text, strlen(text)) != NULL;
}

bool browser_sign_in(struct browser *browser, const char *user)
{
    struct http_reply reply =
        browser_post(browser, "/sign-in", printed(browser->api, "user=%s", user));
    return reply.status == 303 && browser->cookie[0] != '\0';
}

struct listener {
    pthread_t thread;
    struct api *api;
    struct view url, cookie;
    char text[8192];
    size_t len;
    atomic_bool open, changed;
};

static bool on_bytes(void *owner, struct view bytes)
{
    struct listener *listener = owner;
    size_t room = sizeof(listener->text) - 1 - listener->len;
    size_t len = bytes.len < room ? bytes.len : room;
    memcpy(listener->text + listener->len, bytes.ptr, len);
    listener->len += len;
    listener->text[listener->len] = '\0';
    atomic_store(&listener->open, true);
    if (strstr(listener->text, "event: change\n") != NULL)
        atomic_store(&listener->changed, true);
    return !atomic_load(&listener->changed) && len == bytes.len;
}

static void *listen_run(void *state)
{
    struct listener *listener = state;
    struct http_client *client = NULL;
    struct arena *arena = arena_new(1 << 20);
    struct http_reply reply;
    struct http_pair header = {VIEW("Cookie"), listener->cookie};
    const struct http_call call = {.method = "GET",
        .url = listener->url.ptr,
        .headers = {&header, 1},
        .timeout_ms = 15000,
        .on_bytes = on_bytes,
        .owner = listener};
    if (http_client_open(&client).act == RES_OK)
        (void)http_client_call(client, &call, arena, &reply).act;
    http_client_close(client);
    arena_free(arena);
    return NULL;
}

struct listener *listen_start(struct browser *browser, const char *path)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    if (listener == NULL)
        exit(2);
    listener->api = browser->api;
    listener->url = printed(browser->api, "%s%s", browser->api->url, path);
    listener->cookie = printed(browser->api, "%s", browser->cookie);
    if (pthread_create(&listener->thread, NULL, listen_run, listener) != 0)
        exit(2);
    return listener;
}

bool listen_open(struct listener *listener)
{
    for (int i = 0; i < 500 && !atomic_load(&listener->open); i++)
        usleep(10000);
    return atomic_load(&listener->open);
}

bool listen_changed(struct listener *listener)
{
    pthread_join(listener->thread, NULL);
    bool changed = atomic_load(&listener->changed);
    free(listener);
    return changed;
}
