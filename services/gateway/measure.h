/* What the gateway counts. */
#ifndef GATEWAY_MEASURE_H
#define GATEWAY_MEASURE_H

#include "gateway/gateway.h"

void measure_start(void);
void measure_answer(const struct call *call, int status);
/* A command's answer: its refusal's code, or accepted where PROBLEM_MAX_. */
void measure_command(const struct call *call, enum problem_code code);
/* A command answered with 202. */
void measure_late(void);
/* A request over its client's rate. */
void measure_limited(bool command);
void measure_streams(int64_t open);
void measure_waiting(int64_t waiting);
/* Requests for users' groups that failed. */
void measure_groups_failed(int64_t count);

#endif
