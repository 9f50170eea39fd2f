/* Log lines: one JSON object a line on stderr, a constant event name and typed fields.
 *
 * Text from outside cannot get in. A field is a number, an id, a digest, a short code of capitals
 * and digits, or a *word*: text that stands in the program itself (a literal, a static const table)
 * or was declared at start with log_word_add (topic names, the operator's paths). log_write looks
 * where the bytes lie: a word on the heap, the stack or in a static buffer is printed as "(not a
 * constant)". So a name or a note can be passed by mistake, but never printed.
 *
 *   log_line(LEVEL_INFO, "decider.caught-up", LOG_AT(topic, partition, offset), LOG_INT("left",
 * n));
 *
 * Thread-safe; one write(2) a line; lines end at LOG_LINE_MAX bytes (further fields are left out).
 */
#ifndef OBS_LOG_H
#define OBS_LOG_H

#include "base/id.h"
#include "base/res.h"

enum log_level { LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR, LEVEL_MAX_ };
enum { LOG_LINE_MAX = 2048, LOG_WORDS_MAX = 64 };

enum log_kind {
    LOG_KIND_END,
    LOG_KIND_INT,
    LOG_KIND_ID,
    LOG_KIND_TRACE,
    LOG_KIND_DIGEST,
    LOG_KIND_WORD,
    LOG_KIND_CODE
};
struct log_field {
    const char *key;
    enum log_kind kind;
    union {
        int64_t n;
        struct uuid id;
        struct digest digest;
        const char *word;
        char code[16];
    } value;
};

/* Every key is a literal ("" literal); units last in the key: took_us, size_bytes. An id of zeros
 * is none: its field is left out. */
#define LOG_INT(key, number) ((struct log_field){"" key, LOG_KIND_INT, {.n = (int64_t)(number)}})
#define LOG_ID(key, uuid) ((struct log_field){"" key, LOG_KIND_ID, {.id = (uuid)}})
#define LOG_DIGEST(key, sha) ((struct log_field){"" key, LOG_KIND_DIGEST, {.digest = (sha)}})
#define LOG_WORD(key, constant) ((struct log_field){"" key, LOG_KIND_WORD, {.word = (constant)}})
/* SQLSTATE and the like: at most 15 of A-Z 0-9 _ -; anything else prints as "(not a code)". */
#define LOG_CODE(key, text) log_code("" key, (text))
/* Where a record stands: three fields. */
#define LOG_AT(topic, partition, offset)                                                           \
    LOG_WORD("topic", (topic)), LOG_INT("partition", (partition)), LOG_INT("offset", (offset))
#define LOG_PERSON(uuid) LOG_ID("person", (uuid))
#define LOG_RECORD(uuid) LOG_ID("record", (uuid))
/* Of which request (obs/trace.h): two fields; the trace's id is spelled as its standard does. */
#define LOG_TRACE(trace)                                                                           \
    ((struct log_field){"trace", LOG_KIND_TRACE, {.id = (trace)->id}}),                            \
        LOG_ID("request", (trace)->request)

/* log_line(level, "event.name"[, field...]): the name is a literal of a-z 0-9 . - */
#define log_line(level, ...)                                                                       \
    log_write((level), "" LOG_FIRST_(__VA_ARGS__, LOG_END_),                                       \
        (const struct log_field[]){LOG_REST_(__VA_ARGS__, LOG_END_)})
/* log_res(res[, field...]): a failure, by the loop, once: event "failed" with what, at, act.
 * REJECT is logged as warn, RETRY as warn, FATAL as error; RES_OK prints nothing. */
#define log_res(...)                                                                               \
    log_failure(LOG_FIRST_(__VA_ARGS__, LOG_END_),                                                 \
        (const struct log_field[]){LOG_REST_(__VA_ARGS__, LOG_END_)})

#define LOG_END_ ((struct log_field){NULL, LOG_KIND_END, {0}})
#define LOG_FIRST_(first, ...) first
#define LOG_REST_(first, ...) __VA_ARGS__

/* Before any thread starts. `service` is a literal and stands in every line; the level is info
 * until set. */
void log_start(const char *service, enum log_level from);
/* Where lines go; 2 until set. For tests and brokerctl. */
void log_to(int fd);
/* Declares a text that lives as long as the process as a word, before threads start: names that the
 * operator or schemas/ chose (topics, paths). At most LOG_WORDS_MAX; false beyond, and for control
 * characters or quotes. The pointer itself is declared, not its bytes: pass the same pointer later.
 */
bool log_word_add(const char *name);

void log_write(enum log_level level, const char *event, const struct log_field *fields);
void log_failure(res_t res, const struct log_field *fields);
struct log_field log_code(const char *key, const char *text);

#endif
