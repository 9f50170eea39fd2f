/* The gateway's API against the running broker. Only what people may write is written here: all
 * names are invented.
 *
 * usage: flow-api keys        makes the key pair in $RB_SECRETS that the gateway is to trust
 *        flow-api run         everything else; needs the whole broker, RB_GATEWAY and RB_SECRETS
 *        flow-api restart SECONDS    sends without a pause while the gateway is stopped and started
 */
#include "story.h"

#include "http/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int make_keys(void)
{
    char private_path[512], jwks_path[512];
    const char *folder = getenv("RB_SECRETS");
    snprintf(private_path, sizeof(private_path), "%s/token.key", folder);
    snprintf(jwks_path, sizeof(jwks_path), "%s/jwks.json", folder);
    const struct token_files files = {private_path, jwks_path, false};
    res_t res = token_keys_create(&files);
    if (res.act != RES_OK)
        fprintf(stderr, "%s\n", res.what);
    return res.act == RES_OK ? 0 : 1;
}

static void everything(struct api *api)
{
    struct story story = {.api = api}, second = {.api = api};
    story_tell(&story);
    hmpps_tell(&story);
    bad_input(&story);
    pages_tell(&second);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "keys") == 0)
        return make_keys();
    bool restart = argc == 3 && strcmp(argv[1], "restart") == 0;
    if (!restart && (argc != 2 || strcmp(argv[1], "run") != 0)) {
        fprintf(stderr, "usage: flow-api keys | run | restart SECONDS\n");
        return 2;
    }
    struct api api;
    api_open(&api);
    if (restart)
        restart_tell(&api, (int)strtol(argv[2], NULL, 10));
    else
        everything(&api);
    api_close(&api);
    printf("api: %d passed, %d failed\n", api.passed, api.failed);
    return api.failed == 0 && api.passed > 0 ? 0 : 1;
}
