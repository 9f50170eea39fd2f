#include "obs/log.h"

#include "base/clock.h"

#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};
_Static_assert(ARRAY_LEN(level_names) == LEVEL_MAX_, "a name for each level");

static const char *service_name = "unnamed";
static enum log_level level_from = LEVEL_INFO;
static int log_fd = STDERR_FILENO;

static const char *words[LOG_WORDS_MAX];
static size_t word_count;

/* The program's own read-only parts: where its literals and constant tables lie. */
enum { PARTS_MAX = 16 };
static struct {
    uintptr_t from, to;
} parts[PARTS_MAX];
static size_t part_count;
static pthread_once_t parts_once = PTHREAD_ONCE_INIT;

static int parts_of_program(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        bool read_only = part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0;
        if (read_only && part_count < PARTS_MAX) {
            parts[part_count].from = info->dlpi_addr + part->p_vaddr;
            parts[part_count].to = info->dlpi_addr + part->p_vaddr + part->p_memsz;
            part_count++;
        }
    }
    return 1; /* the program itself comes first; libraries are not ours */
}

static void parts_find(void)
{
    dl_iterate_phdr(parts_of_program, NULL);
}

static bool is_constant(const char *text)
{
    pthread_once(&parts_once, parts_find);
    uintptr_t at = (uintptr_t)text;
    for (size_t i = 0; i < part_count; i++)
        if (at >= parts[i].from && at < parts[i].to)
            return true;
    for (size_t i = 0; i < word_count; i++)
        if (words[i] == text)
            return true;
    return false;
}

void log_start(const char *service, enum log_level from)
{
    MUST(service != NULL && from < LEVEL_MAX_);
    service_name = service;
    level_from = from;
}

void log_to(int fd)
{
    log_fd = fd;
}

bool log_word_add(const char *name)
{
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e || *c == '"' || *c == '\\')
            return false;
    for (size_t i = 0; i < word_count; i++)
        if (words[i] == name)
            return true;
    if (word_count == LOG_WORDS_MAX)
        return false;
    words[word_count++] = name;
    return true;
}

struct log_field log_code(const char *key, const char *text)
{
    struct log_field field = {key, LOG_KIND_CODE, {.n = 0}};
    size_t len = strnlen(text, sizeof field.value.code);
    bool code = len > 0 && len < sizeof field.value.code;
    for (size_t i = 0; code && i < len; i++)
        code = (text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= '0' && text[i] <= '9') ||
               text[i] == '_' || text[i] == '-';
    memset(field.value.code, 0, sizeof field.value.code);
    if (code)
        memcpy(field.value.code, text, len);
    return field;
}

/* One line on the stack; room for the closing brace and newline is kept free. */
struct line {
    char text[LOG_LINE_MAX];
    size_t len;
};

static bool line_put(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whole or not at all. */
static bool line_put(struct line *line, const char *format, ...)
{
    size_t room = sizeof line->text - 2 - line->len;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line->text + line->len, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= room)
        return false;
    line->len += (size_t)n;
    return true;
}

static const char *word_checked(const char *word)
{
    if (word == NULL)
        return "";
    return is_constant(word) ? word : "(not a constant)";
}

/* Constants are our own text, but a quote in one would still break the line. */
static void word_escape(const char *word, char ret[static 256])
{
    size_t at = 0;
    for (const char *c = word; *c != '\0' && at < 253; c++) {
        if (*c == '"' || *c == '\\')
            ret[at++] = '\\';
        ret[at++] = (unsigned char)*c < 0x20 ? ' ' : *c;
    }
    ret[at] = '\0';
}

static bool field_put(struct line *line, const struct log_field *field)
{
    char digest[DIGEST_HEX_LEN + 1], word[256], trace[2 * sizeof(field->value.id.b) + 1];
    const char *key = word_checked(field->key);
    bool is_id = field->kind == LOG_KIND_ID || field->kind == LOG_KIND_TRACE;
    if (is_id && uuid_is_zero(field->value.id))
        return true;
    switch (field->kind) {
    case LOG_KIND_INT:
        return line_put(line, ",\"%s\":%lld", key, (long long)field->value.n);
    case LOG_KIND_ID:
        return line_put(line, ",\"%s\":\"%s\"", key, uuid_text(field->value.id).text);
    case LOG_KIND_TRACE:
        hex_print((struct view){(const char *)field->value.id.b, sizeof(field->value.id.b)}, trace);
        return line_put(line, ",\"%s\":\"%s\"", key, trace);
    case LOG_KIND_DIGEST:
        digest_hex(field->value.digest, digest);
        return line_put(line, ",\"%s\":\"%s\"", key, digest);
    case LOG_KIND_WORD:
        word_escape(word_checked(field->value.word), word);
        return line_put(line, ",\"%s\":\"%s\"", key, word);
    case LOG_KIND_CODE:
        return line_put(line, ",\"%s\":\"%s\"", key,
            field->value.code[0] == '\0' ? "(not a code)" : field->value.code);
    case LOG_KIND_END:
        break;
    }
    WRONG("a log field without a kind");
}

static void line_write(struct line *line)
{
    line->text[line->len++] = '}';
    line->text[line->len++] = '\n';
    size_t at = 0;
    while (at < line->len) {
        ssize_t n = write(log_fd, line->text + at, line->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* a log that cannot be written must not stop the work */
        at += (size_t)n;
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    if (level < level_from)
        return;
    int saved = errno;
    char at[TIME_TEXT_MAX];
    time_print(clock_now(), at);
    struct line line = {.len = 0};
    line_put(&line, "{\"at\":\"%s\",\"level\":\"%s\",\"service\":\"%s\",\"event\":\"%s\"", at,
        level_names[level], word_checked(service_name), word_checked(event));
    for (const struct log_field *f = fields; f->kind != LOG_KIND_END; f++)
        if (!field_put(&line, f))
            break;
    line_write(&line);
    errno = saved;
}

void log_failure(res_t res, const struct log_field *fields)
{
    enum { FIELDS_MAX = 24, OWN = 4 };
    static const char *const acts[] = {
        [RES_OK] = "ok", [RES_REJECT] = "reject", [RES_RETRY] = "retry", [RES_FATAL] = "fatal"};
    if (res.act == RES_OK)
        return;
    struct log_field all[FIELDS_MAX + OWN + 1] = {LOG_WORD("what", res.what),
        LOG_WORD("act", acts[res.act]), LOG_WORD("file", res.file), LOG_INT("line", res.line)};
    size_t count = OWN;
    for (const struct log_field *f = fields; f->kind != LOG_KIND_END && count < FIELDS_MAX + OWN;
         f++)
        all[count++] = *f;
    all[count] = LOG_END_;
    log_write(res.act == RES_FATAL ? LEVEL_ERROR : LEVEL_WARN, "failed", all);
}
