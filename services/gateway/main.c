/* The gateway: the only service that speaks to people and their systems. Requests become commands
 * on Kafka, answers come from the read model. */
#include "gateway/daemon.h"
#include "gateway/gateway.h"

#define FIELD(field_name, field_kind, field, standard, low, high, about)                           \
    {                                                                                              \
        (field_name), (field_kind), offsetof(struct gateway_conf, field), (standard), (low),       \
            (high), NULL, (about)                                                                  \
    }

static const struct conf_field fields[] = {
    DAEMON_CONF_FIELDS(struct gateway_conf),
    CONF_KAFKA_FIELDS(struct gateway_conf),
    FIELD("pg", CONF_SECRET, pg, NULL, 0, 0, "libpq connection string, role gateway"),
    FIELD("secrets", CONF_PATH, secrets, NULL, 0, 0,
        "folder with deployment.secret, kek and cookie.key"),
    FIELD("schemas", CONF_PATH, schemas, "schemas", 0, 0, "folder with catalogue/"),
    FIELD("jwks", CONF_TEXT, jwks, "", 0, 0,
        "public keys (JWKS) for bearer tokens: a file, or an https address; empty: none are taken"),
    FIELD("jwks_refresh", CONF_DURATION, jwks_refresh_us, "5m", INT64_C(1000000),
        INT64_C(86400000000), "how often the keys are fetched again, where they have an address"),
    FIELD("groups", CONF_TEXT, groups, "", 0, 0,
        "https address of HMPPS Manage Users, for groups of users whose token says none; empty: "
        "nobody is asked"),
    FIELD("groups_token", CONF_TEXT, groups_token, "", 0, 0,
        "https address where a token for that is had by client credentials; empty: none is sent"),
    FIELD("groups_client", CONF_TEXT, groups_client, "", 0, 0, "our client id there"),
    FIELD("groups_secret", CONF_SECRET, groups_secret, "", 0, 0, "and its secret"),
    FIELD("groups_keep", CONF_DURATION, groups_keep_us, "5m", INT64_C(1000000),
        INT64_C(86400000000), "how long a user's groups hold before they are asked for again"),
    FIELD("issuer", CONF_TEXT, issuer, "referral-broker-demo", 0, 0, "iss of bearer tokens"),
    FIELD("audience", CONF_TEXT, audience, "referral-broker", 0, 0, "aud of bearer tokens"),
    FIELD("http_address", CONF_TEXT, http_address, "127.0.0.1", 0, 0, "numeric address to bind"),
    FIELD("http_port", CONF_INT, http_port, "8080", 0, 65535, "port for pages and API"),
    FIELD("http_threads", CONF_INT, http_threads, "2", 1, 64, "threads that parse requests"),
    FIELD("http_connections", CONF_INT, http_connections, "8192", 16, 1000000,
        "connections open at once, beside event streams"),
    FIELD("http_connections_of_address", CONF_INT, http_connections_of_address, "0", 0, 1000000,
        "of these from one address; 0: any number, as behind a proxy, whose address all share"),
    FIELD("streams", CONF_INT, streams, "5000", 0, 1000000, "event streams open at once"),
    FIELD("wait", CONF_DURATION, wait_us, "2s", 1000, INT64_C(60000000),
        "how long a command's answer may take before 202"),
    FIELD("commands_per_second", CONF_INT, commands_per_second, "100", 0, 1000000,
        "commands of one client, in the long run; 0: any number"),
    FIELD("queries_per_second", CONF_INT, queries_per_second, "200", 0, 1000000,
        "other requests of one client, in the long run; 0: any number"),
    FIELD("burst", CONF_DURATION, burst_us, "20s", 1, INT64_C(3600000000),
        "after a pause a client may ask at once for what it may ask for in this time"),
    FIELD("demo", CONF_BOOL, demo, "no", 0, 0,
        "offer the demo's sign-in to browsers on this machine"),
};

static const struct daemon gateway_daemon = {
    .name = "gateway",
    .about = "pages and API; commands in, read model out",
    .fields = fields,
    .field_count = ARRAY_LEN(fields),
    .conf_size = sizeof(struct gateway_conf),
    .start = gateway_start,
    .step = gateway_step,
    .wake_at = gateway_wake_at,
    .drain = gateway_drain,
    .idle = gateway_idle,
    .stop = gateway_stop,
    .ready = gateway_ready,
    .measure = gateway_measure,
};

int main(int argc, char **argv)
{
    return daemon_run(&gateway_daemon, argc, argv);
}
