/* Pages that say what went wrong. */
#ifndef GATEWAY_PAGE_ERROR_H
#define GATEWAY_PAGE_ERROR_H

#include "gateway/gateway.h"

/* Answers with the page of that status; 401 leads to the sign-in and back. */
void page_error_answer(struct call *call, int status);

#endif
