/* The models that are walked through whole, and the weakenings with what each breaks. */
#ifndef LAW_MODELS_H
#define LAW_MODELS_H

#include "law/law.h"

enum extent { SHORT, USUAL, LARGE }; /* make test; make law; make law-full */

struct model_row {
    enum extent extent; /* the smallest that holds it */
    struct model model;
};
extern const struct model_row model_rows[];
extern const size_t model_row_count;

/* The model shows it on a short way; without the weakening it holds. */
struct weak_row {
    uint32_t weak; /* bits by enum weakness */
    enum property breaks;
    struct model model; /* no name: the projector's */
};
extern const struct weak_row weak_rows[];
extern const size_t weak_row_count;

#endif
