/* Is it HTML as our templates write it? Pure. */
#ifndef TESTS_FUZZ_HTML_H
#define TESTS_FUZZ_HTML_H

#include "base/view.h"

/* Aborts where a '<' begins no tag, a '>' or '&' stands bare, an attribute is not quoted, a value
 * holds a quote or an angle, an attribute is a script's (on...), or a link leads to a script. */
void html_check(struct view page);

#endif
