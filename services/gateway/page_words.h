/* Refusals and problems as pages show them. */
#ifndef GATEWAY_PAGE_WORDS_H
#define GATEWAY_PAGE_WORDS_H

#include "gateway/outcome.h"
#include "gateway/pages/frame.h"

struct page_error page_error_of_outcome(struct arena *arena, const struct outcome *outcome);
struct page_error page_error_of_problem(struct arena *arena, const struct problem *problem);

#endif
