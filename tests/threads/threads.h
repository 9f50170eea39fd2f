/* The parts of the thread test: each starts what has threads, works it hard from several sides and
 * stops it. A plain program, for ThreadSanitizer and Criterion do not go together. */
#ifndef TESTS_THREADS_THREADS_H
#define TESTS_THREADS_THREADS_H

#include "base/res.h"

void threads_http(void);
void threads_keys(void);
void threads_groups(void);
void threads_kafka(void);
void threads_obs(void);

#define OK_OR_DIE(expr) MUST((expr).act == RES_OK)

#endif
