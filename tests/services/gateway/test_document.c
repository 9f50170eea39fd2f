/* The API's document against the gateway's own tables: a route, a status or an answer that only one
 * of the two knows. What is really answered is schemathesis' to say (tests/flow/contract). */
#include "dossier/status.h"
#include "event/openapi.h"
#include "gateway/problem.h"
#include "gateway/route.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static json_t *document(void)
{
    json_t *root = json_loadb(openapi_json, openapi_json_len, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(root);
    return root;
}

static const json_t *operation(const json_t *root, const char *path, enum http_method method)
{
    const json_t *item = json_object_get(json_object_get(root, "paths"), path);
    return json_object_get(item, method == HTTP_POST ? "post" : "get");
}

Test(gateway_document, has_every_route_of_the_api_and_no_other, .timeout = 20)
{
    struct routes *routes;
    size_t count, of_api = 0, of_document = 0;
    json_t *root = document(), *item;
    const char *path;
    cr_assert_eq(routes_new(&routes).act, RES_OK);
    const struct route *all = routes_all(routes, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].kind != ROUTE_API)
            continue;
        of_api++;
        cr_assert_eq(strncmp(all[i].path, "/v1/", 4), 0, "%s", all[i].path);
        cr_expect_not_null((void *)(uintptr_t)operation(root, all[i].path + 3, all[i].method),
            "%s is in no document", all[i].path);
    }
    json_object_foreach(json_object_get(root, "paths"), path, item) of_document +=
        json_object_size(item);
    cr_expect_eq(of_api, of_document);
    json_decref(root);
    routes_free(routes);
}

Test(gateway_document, names_every_status_of_a_referral, .timeout = 20)
{
    json_t *root = document();
    const json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    const json_t *listed = json_object_get(json_object_get(schemas, "Status"), "enum");
    cr_assert_eq(json_array_size(listed), STATUS_MAX_);
    for (enum status_code code = 0; code < STATUS_MAX_; code++)
        cr_expect_str_eq(json_string_value(json_array_get(listed, code)), status_text(code));
    json_decref(root);
}

/* A refusal of a command by the edge or by a decider is one of the answers of each. */
Test(gateway_document, lists_the_http_status_of_every_refusal, .timeout = 20)
{
    json_t *root = document();
    for (enum problem_code code = 0; code < PROBLEM_MAX_; code++) {
        int status = problem_table[code].status;
        /* Said of no operation: another method, a head too large for us, our own fault. */
        if (status == 405 || status == 431 || status == 500)
            continue;
        char text[16];
        snprintf(text, sizeof text, "%d", status);
        for (int i = 0; i < COMMAND_MAX_; i++) {
            const json_t *post = operation(root, command_table[i].route, HTTP_POST);
            cr_expect_not_null(json_object_get(json_object_get(post, "responses"), text), "%s: %s",
                command_table[i].name, problem_table[code].code);
        }
    }
    json_decref(root);
}
