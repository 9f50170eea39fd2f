#include "gateway/outcome_write.h"

#include "gateway/problem.h"

static int write_refusal(const struct outcome *outcome, struct buf *out)
{
    enum problem_code code = problem_find(outcome->code);
    struct problem_row row = {"refused", 409, "Refused"};
    if (code != PROBLEM_MAX_)
        row = problem_table[code];
    buf_text(out, "{\"type\":\"/problems/");
    buf_view(out, outcome->code);
    buf_text(out, "\",\"title\":");
    codec_json_text(view_of(row.title), out);
    buf_printf(out, ",\"status\":%d,\"code\":", row.status);
    codec_json_text(outcome->code, out);
    if (outcome->field.ptr != NULL) {
        buf_text(out, ",\"field\":");
        codec_json_text(outcome->field, out);
    }
    if (outcome->arguments.ptr != NULL) {
        buf_text(out, ",\"arguments\":");
        buf_view(out, outcome->arguments);
    }
    buf_printf(out, ",\"id\":\"%s\",\"version\":%lld}", uuid_text(outcome->id).text,
        (long long)outcome->version);
    return row.status;
}

int outcome_write(const struct outcome *outcome, struct buf *out)
{
    if (outcome->code.ptr != NULL)
        return write_refusal(outcome, out);
    buf_printf(out, "{\"id\":\"%s\",\"person\":\"%s\"", uuid_text(outcome->id).text,
        uuid_text(outcome->person).text);
    if (!uuid_is_zero(outcome->referral))
        buf_printf(out, ",\"referral\":\"%s\"", uuid_text(outcome->referral).text);
    buf_printf(out, ",\"version\":%lld,\"seenVersion\":%lld,\"type\":", (long long)outcome->version,
        (long long)outcome->seen_version);
    codec_json_text(outcome->type, out);
    buf_text(out, "}");
    return 201;
}
