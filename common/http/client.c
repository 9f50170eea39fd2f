#include "http/client.h"

#include "base/buf.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct http_client {
    CURL *curl;
};

enum { CALL_TIMEOUT_MS = 10000, REPLY_MAX = 16 * 1024 * 1024, REPLY_HEADERS_MAX = 64 };

struct receive {
    const struct http_call *call;
    struct arena *arena;
    struct buf *body;
    struct http_pair *headers;
    size_t header_count;
    bool stopped;
};

res_t http_client_open(struct http_client **ret)
{
    struct http_client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return FATAL("http client: no memory");
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        free(client);
        return FATAL("http client: libcurl does not start");
    }
    *ret = client;
    return RES_DONE;
}

void http_client_close(struct http_client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
}

void http_client_close_p(struct http_client **client)
{
    http_client_close(*client);
}

bool http_client_safe(const char *url)
{
    static const char *const starts[] = {"https://", "http://127.0.0.1:", "http://127.0.0.1/",
        "http://localhost:", "http://localhost/", "http://[::1]:", "http://[::1]/"};
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++)
        found = found || strncmp(url, starts[i], strlen(starts[i])) == 0;
    /* "http://localhost:80@elsewhere/" is elsewhere. */
    return found && strchr(url, '@') == NULL;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
    struct receive *receive = owner;
    size_t len = size * count;
    if (receive->call->on_bytes != NULL) {
        if (receive->call->on_bytes(receive->call->owner, (struct view){bytes, len}))
            return len;
        receive->stopped = true;
        return 0;
    }
    buf_put(receive->body, bytes, len);
    return receive->body->failed ? 0 : len;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *owner)
{
    struct receive *receive = owner;
    struct view line = view_trim((struct view){bytes, size * count});
    if (view_starts(line, VIEW("HTTP/")))
        receive->header_count = 0;
    struct view name = view_cut(&line, ':');
    if (line.ptr != NULL && receive->header_count < REPLY_HEADERS_MAX)
        receive->headers[receive->header_count++] = (struct http_pair){
            arena_copy(receive->arena, name), arena_copy(receive->arena, view_trim(line))};
    return size * count;
}

static struct curl_slist *headers_of(const struct http_call *call, struct arena *arena)
{
    /* No waiting for "100 Continue", no form type for bodies that are none. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    if (http_header_get(call->headers, "Content-Type").ptr == NULL)
        list = curl_slist_append(list, "Content-Type:");
    for (size_t i = 0; i < call->headers.len; i++) {
        struct view line = arena_printf(arena, "%.*s: %.*s", VIEW_ARG(call->headers.items[i].name),
            VIEW_ARG(call->headers.items[i].value));
        const char *text = arena_text(arena, line);
        if (text != NULL)
            list = curl_slist_append(list, text);
    }
    return list;
}

static res_t result_of(CURLcode code, const struct receive *receive)
{
    if (code == CURLE_OK || receive->stopped)
        return RES_DONE;
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        return REJECT("http client: not an address");
    if (code == CURLE_WRITE_ERROR)
        return REJECT("http client: the reply is too long");
    return RETRY("http client: no answer");
}

res_t http_client_call(struct http_client *client, const struct http_call *call,
    struct arena *arena, struct http_reply *ret)
{
    struct buf body = {.limit = call->reply_max > 0 ? call->reply_max : REPLY_MAX};
    struct receive receive = {.call = call, .arena = arena, .body = &body};
    receive.headers = arena_array(arena, REPLY_HEADERS_MAX, sizeof(struct http_pair));
    if (receive.headers == NULL)
        return REJECT("http client: arena is full");
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    struct curl_slist *headers = headers_of(call, arena);
    curl_easy_setopt(curl, CURLOPT_URL, call->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
        (long)(call->timeout_ms > 0 ? call->timeout_ms : CALL_TIMEOUT_MS));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (call->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, call->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, call->password);
    }
    if (call->body.ptr != NULL) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.ptr);
    }
    if (strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receive);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receive);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    *ret = (struct http_reply){(int)status, {receive.headers, receive.header_count},
        arena_copy(arena, buf_as_view(&body))};
    buf_done(&body);
    if (ret->body.ptr == NULL)
        return REJECT("http client: arena is full");
    return result_of(code, &receive);
}
