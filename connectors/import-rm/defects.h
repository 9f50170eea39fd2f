/* What is odd in the source, named row by row: sql/defects.sql. */
#ifndef IMPORT_RM_DEFECTS_H
#define IMPORT_RM_DEFECTS_H

#include "import-rm/source.h"

#include <stdio.h>

/* Prints "defect CODE TABLE ID DETAIL" for each; *ret_count: how many. Never a person's text. */
res_t defects_report(struct pg *source, FILE *out, size_t *ret_count) MUST_USE;

#endif
