#include "law/trace.h"

#include <string.h>

const char *family_words(int family)
{
    static const char *const names[] = {"referrals", "sessions", "risk"};
    return names[family];
}

struct order_words order_words(const struct law *law, uint32_t id)
{
    static const char *const names[COMMAND_TYPES] = {
        "nothing", "refer", "close", "book", "share", "acknowledge"};
    struct order_words words;
    int family;
    snprintf(words.text, sizeof(words.text), "%s#%u", names[order_of(law, id, &family)->type], id);
    return words;
}

/* At most seven records of at most eighteen characters. */
struct words history_words(const struct law *law, uint32_t history)
{
    struct words words = {"["};
    char *at = words.text + 1, *end = words.text + sizeof(words.text) - 1;
    for (int64_t i = history_version(history) - 1; i >= 0 && end - at > 20; i--) {
        uint32_t entry = history >> 4 * i;
        struct order_words order = order_words(law, RECORD_ID(entry));
        at += snprintf(at, (size_t)(end - at), "%s%s%.14s", at > words.text + 1 ? " " : "",
            RECORD_REFUSED(entry) ? "no-" : "", order.text);
    }
    snprintf(at, (size_t)(end - at), "]");
    return words;
}

struct words record_words(const struct law *law, uint32_t record)
{
    struct words words;
    struct order_words order = order_words(law, RECORD_ID(record));
    snprintf(words.text, sizeof(words.text), "%s v%d %s on %.110s",
        RECORD_REFUSED(record) ? "refusal" : "event",
        (int)history_version(RECORD_HISTORY(record)) + 1, order.text,
        history_words(law, RECORD_HISTORY(record)).text);
    return words;
}

static const char *ruled(const struct law *law, struct reader reader, uint32_t record)
{
    return ruling_text(reader_rule(law, &reader, record));
}

/* The record that an act adds to the net. */
static uint32_t sent_by(const struct law *law, const struct world *before, struct act act)
{
    struct law quiet = *law;
    struct world after = *before;
    (void)act_table[act.kind].step(&quiet, &after, act);
    for (int i = 0; i < after.net_count; i++)
        if (i >= before->net_count || after.net[i] != before->net[i])
            return after.net[i];
    return 0;
}

static void trace_reading(const struct law *law, const struct world *before, int i, FILE *out)
{
    const struct reader *reader = &before->instances[i].reader;
    if (reader->pos > before->log_count)
        fprintf(out, "stands beyond the log's end and stops\n");
    else if (before->log[reader->pos] == 0)
        fprintf(out, "passes over the hole at log[%d]\n", reader->pos);
    else
        fprintf(out, "reads log[%d] %s: %s\n", reader->pos,
            record_words(law, before->log[reader->pos]).text,
            ruled(law, *reader, before->log[reader->pos]));
}

static void trace_instance(
    const struct law *law, const struct world *before, struct act act, FILE *out)
{
    const struct instance *instance = &before->instances[act.which];
    fprintf(out, "%s%s ", family_words(instance->family), instance->owner ? "" : " (zombie)");
    switch ((enum act_kind)act.kind) {
    case ACT_READ:
        trace_reading(law, before, act.which, out);
        return;
    case ACT_DECIDE:
    case ACT_ODD:
        fprintf(out, "decides%s and sends %s\n", act.kind == ACT_ODD ? ", against the rules," : "",
            record_words(law, sent_by(law, before, act)).text);
        return;
    case ACT_RESEND:
        fprintf(out, "sends again %s\n",
            record_words(law, instance->flight[act.sub / 2][act.sub % 2]).text);
        return;
    case ACT_LET_GO:
        fprintf(
            out, "waits no longer for %s\n", record_words(law, instance->flight[act.sub][0]).text);
        return;
    case ACT_COMMIT: {
        struct law quiet = *law;
        struct world after = *before;
        (void)step_commit(&quiet, &after, act);
        fprintf(out, "commits offset %d\n", after.committed[instance->family]);
        return;
    }
    case ACT_CRASH:
    case ACT_LOSE_STORE:
        fprintf(out, "DIES and starts again at offset %d %s its store\n",
            before->committed[instance->family], act.kind == ACT_CRASH ? "with" : "without");
        return;
    case ACT_TAKE_OVER:
        fprintf(out, "TAKES OVER at offset %d\n", before->committed[instance->family]);
        return;
    case ACT_LAND:
    case ACT_DUPLICATE:
    case ACT_DROP:
    case ACT_DELETE:
    case ACT_TRUNCATE:
    case ACT_MAX_:
    default:
        fprintf(out, "%s\n", act_table[act.kind].name);
    }
}

void trace_act(const struct law *law, const struct world *before, struct act act, FILE *out)
{
    switch (act_table[act.kind].of) {
    case OF_INSTANCES:
        trace_instance(law, before, act, out);
        return;
    case OF_NET:
        if (act.kind == ACT_LAND)
            fprintf(out, "log[%d] takes %s: %s\n", before->log_count,
                record_words(law, before->net[act.which]).text,
                ruled(law, before->fresh, before->net[act.which]));
        else
            fprintf(out, "the network %s %s\n", act.kind == ACT_DROP ? "DROPS" : "DOUBLES",
                record_words(law, before->net[act.which]).text);
        return;
    case OF_LOG:
    default:
        if (act.kind == ACT_DELETE)
            fprintf(out, "the log LOSES log[%d] %s\n", act.which,
                record_words(law, before->log[act.which]).text);
        else
            fprintf(out, "the log LOSES everything from log[%d] on\n", act.which);
    }
}
