#include "dossier/refusal.h"

#include "base/res.h"

static const struct refusal_row {
    const char *code;
    int status;
} rows[REFUSAL_MAX_] = {
    [REFUSAL_NONE] = {"", 0},
#define REFUSAL(NAME, code, status) [REFUSAL_##NAME] = {(code), (status)},
#include "dossier/refusals.inc"
#undef REFUSAL
};

const char *refusal_code(enum refusal refusal)
{
    MUST(refusal < REFUSAL_MAX_);
    return rows[refusal].code;
}

int refusal_status(enum refusal refusal)
{
    MUST(refusal < REFUSAL_MAX_);
    return rows[refusal].status;
}

enum refusal refusal_of(struct view code)
{
    for (int i = 1; i < REFUSAL_MAX_; i++)
        if (view_eq_text(code, rows[i].code))
            return (enum refusal)i;
    return REFUSAL_NONE;
}
