#include "import-rm/compare.h"
#include "import-rm/flatten.h"

#include <criterion/criterion.h>

#define CELL(pointer, text)                                                                        \
    {                                                                                              \
        VIEW(pointer), VIEW(text)                                                                  \
    }

static enum compare_ruling rule(struct compare_cell cell)
{
    struct flat_cell cells[] = {CELL("/referralId", "b1"),
        CELL("/draftedAt", "2021-01-11T10:32:12.382884Z"), CELL("/categories/0/id", "c1"),
        CELL("/categories/1/id", "c2"), CELL("/categories/1/outcomes/0", "o1"),
        CELL("/categories/1/outcomes/1", "o2"),
        CELL("/meta/kept/0/column", "referral.created_by_id"), CELL("/meta/kept/0/value", "11"),
        CELL("/attendance/attended", "true"), CELL("/feedback/summary", "a good session\nand more"),
        CELL("/requestedBy", "person"), CELL("/person/disabilities/0", "one"),
        CELL("/person/disabilities/1", "two")};
    struct flat flat = {cells, ARRAY_LEN(cells)};
    struct arena *arena = arena_new(1 << 20);
    enum compare_ruling ruling = compare_cell(&flat, &cell, arena);
    arena_free(arena);
    return ruling;
}

static const struct {
    const char *table, *item, *column, *value;
    enum compare_ruling ruling;
} rows[] = {
    {"referral", NULL, "id", "b1", COMPARE_EQUAL},
    {"referral", NULL, "id", "b2", COMPARE_DIFFERENT},
    {"referral", NULL, "created_at", "2021-01-11T11:32:12.382884+01:00", COMPARE_EQUAL},
    {"referral", NULL, "created_at", "2021-01-11T11:32:12.382885+01:00", COMPARE_DIFFERENT},
    {"referral", NULL, "created_by_id", "11", COMPARE_EQUAL},
    {"referral", NULL, "created_by_id", "12", COMPARE_DIFFERENT},
    {"referral", NULL, "reference_number", "AB1234AC", COMPARE_DIFFERENT},
    {"referral", NULL, "status", "x", COMPARE_NOT_STATED},
    {"referral", NULL, "a_new_column", "x", COMPARE_NO_ROW},
    {"referral_selected_service_category", "c2", "service_category_id", "c2", COMPARE_EQUAL},
    {"referral_selected_service_category", "c3", "service_category_id", "c3", COMPARE_DIFFERENT},
    {"referral_desired_outcome", "c2", "desired_outcome_id", "o2", COMPARE_EQUAL},
    {"referral_desired_outcome", "c1", "desired_outcome_id", "o2", COMPARE_DIFFERENT},
    {"appointment", NULL, "attended", "LATE", COMPARE_EQUAL},
    {"appointment", NULL, "attended", "NO", COMPARE_DIFFERENT},
    {"appointment", NULL, "attended", "PERHAPS", COMPARE_DIFFERENT},
    {"reschedule", NULL, "reschedule_requested_by", "somebody's name", COMPARE_EQUAL},
    {"reschedule", NULL, "reschedule_requested_by", "Service Provider", COMPARE_DIFFERENT},
    {"appointment", NULL, "session_summary", "a good session", COMPARE_EQUAL},
    {"appointment", NULL, "session_summary", "a bad session", COMPARE_DIFFERENT},
    {"referral_service_user_data", NULL, "disabilities", "one\x1ftwo", COMPARE_EQUAL},
    {"referral_service_user_data", NULL, "disabilities", "one", COMPARE_DIFFERENT},
    {"referral_service_user_data", NULL, "disabilities", "one\x1ftwo\x1fthree", COMPARE_DIFFERENT},
};

Test(import_compare, each_kind_of_cell_is_equal_different_not_stated_or_unknown, .timeout = 20)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct compare_cell cell = {view_of(rows[i].table), view_of(rows[i].item),
            view_of(rows[i].column), view_of(rows[i].value)};
        cr_expect_eq(
            rule(cell), rows[i].ruling, "%s.%s = %s", rows[i].table, rows[i].column, rows[i].value);
    }
}
