/* Problems: one table from code to status and title, and their RFC 9457 form: what the edge answers
 * by itself, then what deciders refuse. Pure. */
#ifndef GATEWAY_PROBLEM_H
#define GATEWAY_PROBLEM_H

#include "base/buf.h"
#include "base/id.h"
#include "codec/json.h"

enum problem_code {
#define PROBLEM(name, code, status, title) PROBLEM_##name,
#include "gateway/problems.inc"
#undef PROBLEM
#define REFUSAL(NAME, code, status) PROBLEM_##NAME,
#include "dossier/refusals.inc"
#undef REFUSAL
    PROBLEM_MAX_
};

struct problem_row {
    const char *code;
    int status;
    const char *title;
};
extern const struct problem_row problem_table[PROBLEM_MAX_];

struct problem {
    enum problem_code code;
    char field[CHECK_POINTER_MAX]; /* JSON Pointer into the body; "": the whole */
    const char *rule;              /* static: "too-long", ...; NULL: none */
    int64_t limit;                 /* with rule; 0: none */
};

/* The row of a decider's code; PROBLEM_MAX_ where it is none of ours. */
enum problem_code problem_find(struct view code);
struct problem problem_of_codec(const struct codec_error *error);
struct problem problem_at(enum problem_code code, const char *field);
void problem_write(const struct problem *problem, struct buf *out);

#endif
