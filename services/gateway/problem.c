#include "gateway/problem.h"

#include <stdio.h>
#include <string.h>

static const char refused_title[] = "Refused by the rules";

const struct problem_row problem_table[PROBLEM_MAX_] = {
#define PROBLEM(name, code, status, title) [PROBLEM_##name] = {(code), (status), (title)},
#include "gateway/problems.inc"
#undef PROBLEM
#define REFUSAL(NAME, code, status) [PROBLEM_##NAME] = {(code), (status), refused_title},
#include "dossier/refusals.inc"
#undef REFUSAL
};

enum problem_code problem_find(struct view code)
{
    for (enum problem_code i = 0; i < PROBLEM_MAX_; i++)
        if (view_eq_text(code, problem_table[i].code))
            return i;
    return PROBLEM_MAX_;
}

struct problem problem_at(enum problem_code code, const char *field)
{
    struct problem problem = {.code = code};
    int len = snprintf(problem.field, sizeof(problem.field), "%s", field);
    MUST(len >= 0 && (size_t)len < sizeof(problem.field));
    return problem;
}

struct problem problem_of_codec(const struct codec_error *error)
{
    enum problem_code code = problem_find(view_of(codec_rule_code(error->rule)));
    if (error->rule == CODEC_SYNTAX || error->rule == CODEC_TOO_DEEP)
        code = PROBLEM_BAD_REQUEST;
    if (error->rule == CODEC_BODY_LARGE)
        code = PROBLEM_TOO_LARGE;
    MUST(code != PROBLEM_MAX_);
    struct problem problem = problem_at(code, error->pointer);
    problem.rule = codec_rule_name(error->rule);
    problem.limit = error->limit;
    return problem;
}

void problem_write(const struct problem *problem, struct buf *out)
{
    const struct problem_row *row = &problem_table[problem->code];
    buf_printf(out, "{\"type\":\"/problems/%s\",\"title\":", row->code);
    codec_json_text(view_of(row->title), out);
    buf_printf(out, ",\"status\":%d,\"code\":\"%s\"", row->status, row->code);
    if (problem->field[0] != '\0') {
        buf_text(out, ",\"field\":");
        codec_json_text(view_of(problem->field), out);
    }
    if (problem->rule != NULL)
        buf_printf(out, ",\"rule\":\"%s\"", problem->rule);
    if (problem->rule != NULL && problem->limit != 0)
        buf_printf(out, ",\"limit\":%lld", (long long)problem->limit);
    buf_text(out, "}");
}
