#include "law/models.h"

#include "base/res.h"

/* The commands of each family, in the order of its topic: {id, type, dossier}. */
#define CLOSE_1 [REFERRALS] = {{1, CLOSE, 0}}
#define REFER_CLOSE [REFERRALS] = {{1, REFER, 0}, {7, CLOSE, 0}}
#define BOOK_2 [SESSIONS] = {{2, BOOK, 0}}
#define BOOK_TWO [SESSIONS] = {{2, BOOK, 0}, {3, BOOK, 0}}
#define BOOK_AGAIN [SESSIONS] = {{2, BOOK, 0}, {3, BOOK, 0}, {2, BOOK, 0}}
#define BOOK_FOR_TWO [SESSIONS] = {{2, BOOK, 0}, {3, BOOK, 1}}
#define BOOK_FOR_BOTH [SESSIONS] = {{2, BOOK, 0}, {3, BOOK, 1}, {6, BOOK, 0}}
#define SHARE_4 [RISK] = {{4, SHARE, 0}}
#define SHARE_ACK [RISK] = {{4, SHARE, 0}, {5, ACKNOWLEDGE, 0}}
#define ACK_SHARE [RISK] = {{5, ACKNOWLEDGE, 0}, {4, SHARE, 0}}
#define ACK_FOUR                                                                                   \
    [RISK] = {{5, ACKNOWLEDGE, 0}, {4, SHARE, 0}, {6, ACKNOWLEDGE, 0}, {7, ACKNOWLEDGE, 0}}
#define ORDERS(...) .orders = {__VA_ARGS__}
#define FAULTS(...) .faults = {__VA_ARGS__}
#define ZOMBIES(...) .zombies = {__VA_ARGS__}
#define ONE(weakness) UINT32_C(1) << WEAK_##weakness

#define MODEL(extent_, name_, ...) {extent_, {.name = (name_), __VA_ARGS__}},
const struct model_row model_rows[] = {
#include "law/models.inc"
};
const size_t model_row_count = ARRAY_LEN(model_rows);

#define WEAKENED(weak_, breaks_, ...) {weak_, breaks_, {.name = __VA_ARGS__}},
const struct weak_row weak_rows[] = {
#include "law/weakened.inc"
};
const size_t weak_row_count = ARRAY_LEN(weak_rows);
