#include "history.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void history_init(struct history *history)
{
    *history = (struct history){.calls = calloc(CALLS_MAX, sizeof(*history->calls))};
    MUST(history->calls != NULL);
}

void history_done(struct history *history)
{
    free(history->calls);
}

struct call *history_add(struct history *history)
{
    pthread_mutex_lock(&lock);
    MUST(history->count < CALLS_MAX);
    struct call *call = &history->calls[history->count++];
    pthread_mutex_unlock(&lock);
    return call;
}

void history_write(const struct history *history, FILE *to)
{
    fprintf(to, "#schedule\tperson\tid\tfamily\tfirst_us\tanswered_us\tstatus\tattempts\n");
    for (size_t i = 0; i < history->count; i++) {
        const struct call *call = &history->calls[i];
        fprintf(to, "%d\t%s\t%s\t%d\t%" PRId64 "\t%" PRId64 "\t%d\t%d\n", call->schedule,
            uuid_text(call->person).text, uuid_text(call->id).text, (int)call->family,
            call->first_us, call->answered_us, call->status, call->attempts);
    }
}
