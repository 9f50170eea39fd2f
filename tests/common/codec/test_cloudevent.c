#include "codec/cloudevent.h"

#include <criterion/criterion.h>

Test(cloudevent, repeats_what_the_record_says_as_headers_of_binary_mode, .timeout = 10)
{
    const struct meta meta = {.id = {{0x6b, 1}}, .occurred_at = INT64_C(1780000000000001)};
    static const char *const due[CLOUDEVENT_HEADERS][2] = {{"ce_specversion", "1.0"},
        {"ce_id", "6b010000-0000-0000-0000-000000000000"}, {"ce_source", "/risk"},
        {"ce_type", "RiskShared"}, {"ce_time", "2026-05-28T20:26:40.000001Z"},
        {"content-type", "application/avro"}};
    struct cloudevent event;
    cloudevent_make(&event, "RiskShared", &meta, "risk");
    for (size_t i = 0; i < CLOUDEVENT_HEADERS; i++) {
        cr_expect_str_eq(event.headers[i].name, due[i][0]);
        cr_expect(view_eq_text(event.headers[i].value, due[i][1]), "%s: %.*s", due[i][0],
            VIEW_ARG(event.headers[i].value));
    }
}
