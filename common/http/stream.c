#include "http/connection.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    STREAM_SOCKET_BYTES = 16 * 1024, /* so that a reader that stands still is noticed soon */
    STREAM_LAST_WORDS_MS = 5000,
};

static const char cut_event[] = "event: cut\ndata: slow-reader\n\n";

/* The lock is held, and given back here. */
static void release(struct http_stream *stream)
{
    bool last = --stream->holders == 0;
    pthread_mutex_unlock(&stream->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&stream->lock);
    buf_done(&stream->queue);
    free(stream);
}

static ssize_t read_some(void *owner, uint64_t at, char *ret, size_t max)
{
    (void)at;
    struct http_stream *stream = owner;
    pthread_mutex_lock(&stream->lock);
    size_t len = stream->queue.len - stream->sent;
    ssize_t result = 0;
    if (len > 0) {
        len = len < max ? len : max;
        memcpy(ret, stream->queue.ptr + stream->sent, len);
        stream->sent += len;
        if (stream->sent == stream->queue.len) {
            buf_clear(&stream->queue);
            stream->sent = 0;
        }
        result = (ssize_t)len;
    } else if (stream->ended) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        /* Returning 0 without this would spin. */
        stream->waiting = true;
        MHD_suspend_connection(stream->mhd);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

static void reader_free(void *owner)
{
    struct http_stream *stream = owner;
    pthread_mutex_lock(&stream->lock);
    stream->gone = true;
    release(stream);
}

void stream_reader_gone(struct http_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->gone = true;
    stream->waiting = false;
    stream->connection = NULL;
    pthread_mutex_unlock(&stream->lock);
}

/* The lock is held. */
static void wake(struct http_stream *stream)
{
    if (!stream->waiting)
        return;
    stream->waiting = false;
    MHD_resume_connection(stream->mhd);
}

/* The lock is held. */
static void finish(struct http_stream *stream)
{
    stream->ended = true;
    if (stream->connection != NULL)
        atomic_store(&stream->connection->deadline_us,
            clock_monotonic() + STREAM_LAST_WORDS_MS * INT64_C(1000));
    wake(stream);
}

struct http_stream *http_answer_stream(struct http_request *request, struct http_pairs headers)
{
    struct exchange *exchange = (struct exchange *)request;
    struct http_server *server = exchange->server;
    struct http_stream *stream = calloc(1, sizeof(*stream));
    struct MHD_Response *response = NULL;
    if (stream != NULL)
        response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, 2048, read_some, stream, reader_free);
    if (response == NULL) {
        free(stream);
        http_answer(request, &(struct http_answer){.status = 503});
        return NULL;
    }
    pthread_mutex_init(&stream->lock, NULL);
    stream->server = server;
    stream->mhd = exchange->mhd;
    stream->connection = exchange->connection;
    stream->queue_max = server->conf.stream_queue_max;
    stream->queue.limit = server->conf.stream_queue_max + 2048;
    stream->holders = 2;
    stream->beat_us = clock_monotonic();
    (void)setsockopt(
        exchange->connection->fd, SOL_SOCKET, SO_SNDBUF, &(int){STREAM_SOCKET_BYTES}, sizeof(int));
    MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
    for (size_t i = 0; i < headers.len; i++)
        MHD_add_response_header(response, headers.items[i].name.ptr, headers.items[i].value.ptr);
    exchange->stream = stream;
    exchange->response = response;
    exchange->status = 200;
    pthread_mutex_lock(&server->lock);
    exchange_list_remove(&server->open, exchange);
    stream->next = server->streams;
    if (stream->next != NULL)
        stream->next->prev = stream;
    server->streams = stream;
    pthread_mutex_unlock(&server->lock);
    MHD_resume_connection(exchange->mhd);
    return stream;
}

bool http_stream_send(struct http_stream *stream, struct view events)
{
    pthread_mutex_lock(&stream->lock);
    if (!stream->gone && !stream->ended) {
        if (stream->queue.len - stream->sent + events.len > stream->queue_max) {
            buf_clear(&stream->queue);
            stream->sent = 0;
            buf_put(&stream->queue, cut_event, sizeof(cut_event) - 1);
            finish(stream);
        } else {
            if (stream->sent > 0) {
                memmove(stream->queue.ptr, stream->queue.ptr + stream->sent,
                    stream->queue.len - stream->sent);
                stream->queue.len -= stream->sent;
                stream->sent = 0;
            }
            buf_view(&stream->queue, events);
            stream->beat_us = clock_monotonic();
            wake(stream);
        }
    }
    bool there = !stream->gone && !stream->ended;
    pthread_mutex_unlock(&stream->lock);
    return there;
}

bool http_stream_gone(const struct http_stream *stream)
{
    struct http_stream *mine = (struct http_stream *)(uintptr_t)stream;
    pthread_mutex_lock(&mine->lock);
    bool gone = mine->gone || mine->ended;
    pthread_mutex_unlock(&mine->lock);
    return gone;
}

void stream_beat(struct http_stream *stream, int64_t now_us)
{
    const struct http_server_conf *conf = &stream->server->conf;
    if (now_us - stream->beat_us >= conf->heartbeat_ms * 1000)
        (void)http_stream_send(stream, view_of(conf->heartbeat));
}

void http_stream_end(struct http_stream *stream, const char *reason)
{
    struct http_server *server = stream->server;
    pthread_mutex_lock(&server->lock);
    if (stream->prev != NULL)
        stream->prev->next = stream->next;
    else
        server->streams = stream->next;
    if (stream->next != NULL)
        stream->next->prev = stream->prev;
    pthread_mutex_unlock(&server->lock);
    pthread_mutex_lock(&stream->lock);
    if (!stream->gone && !stream->ended) {
        if (reason != NULL)
            buf_printf(&stream->queue, "event: end\ndata: %s\n\n", reason);
        finish(stream);
    }
    release(stream);
}
