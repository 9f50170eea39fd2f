/* lag: how far who reads a topic is behind its end, in records and in seconds. */
#include "brokerctl/lag.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "brokerctl/readers.h"

struct asking {
    const struct ctl *ctl;
    struct pg *pg; /* NULL: no reader asked for it yet */
    struct kafka_admin *admin;
    bool json, all;
    int64_t seconds; /* more behind than that is exit 1 */
};

/* Prints it; CTL_DIFFERENT where it is further behind than is allowed. */
static int show(const struct asking *asking, const struct lag_reader *reader)
{
    CLEANUP(buf_done) struct buf text = {0};
    int64_t now = clock_now();
    if (asking->json)
        lag_put_json(reader, now, &text);
    else
        lag_put_text(reader, now, asking->all, &text);
    printf("%.*s", VIEW_ARG(buf_as_view(&text)));
    struct lag_sum sum = lag_sum(reader, now);
    return sum.outside || sum.us / TIME_US_PER_S >= asking->seconds ? CTL_DIFFERENT : CTL_OK;
}

static int show_all(struct asking *asking)
{
    static struct lag_reader reader; /* too large for the stack */
    int worst = CTL_OK;
    for (size_t i = 0; i < READERS_COUNT; i++) {
        struct readers_ask ask = {asking->ctl, asking->admin, &asking->pg};
        res_t res = readers_ask(&ask, &readers[i], &reader);
        if (res.act != RES_OK)
            return ctl_fail_res(asking->ctl, res);
        int code = show(asking, &reader);
        worst = code > worst ? code : worst;
    }
    return worst;
}

int lag_run(const struct ctl *ctl)
{
    struct asking asking = {.ctl = ctl, .seconds = 10};
    const struct ctl_option options[] = {
        {"json", "a JSON object a reader and partition", .flag = &asking.json},
        {"all", "also the partitions that are not behind", .flag = &asking.all},
        {"seconds", "exit 1 from so many seconds behind on (10)", .number = &asking.seconds},
    };
    struct ctl_args args = {.options = options, .option_count = ARRAY_LEN(options)};
    int code = CTL_OK;
    if (!ctl_parse(ctl, &args, &code))
        return code;
    struct kafka_conf kafka = stream_kafka(ctl);
    res_t res = kafka_admin_open(&kafka, &asking.admin);
    code = res.act == RES_OK ? show_all(&asking) : ctl_fail_res(ctl, res);
    pg_close(asking.pg);
    kafka_admin_close(asking.admin);
    return code;
}
