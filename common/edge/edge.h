/* Schema `edge` in Postgres: what only the edge knows of a person. Used by the gateway, the import
 * connector and the operator's restrict, by nobody else. Everything is committed before the command
 * that needs it is produced. One thread, one struct edge, one connection (borrowed). */
#ifndef EDGE_EDGE_H
#define EDGE_EDGE_H

#include "base/arena.h"
#include "base/id.h"
#include "pg/pg.h"
#include "seal/seal.h"

enum { EDGE_SECRET_BYTES = 32, REFERENCE_TEXT_MAX = 11, CRN_MAX = 16 };

/* What the deployment keeps secret, read from a folder: deployment.secret, kek (64 hex characters
 * each). */
struct edge_secrets {
    uint8_t deployment[EDGE_SECRET_BYTES];
    struct key_wrapper *wrapper;
};
res_t edge_secrets_open(const char *folder, struct edge_secrets *ret) MUST_USE;
void edge_secrets_close(struct edge_secrets *secrets);

/* Creates schema edge or brings it forward. */
res_t edge_migrate(struct pg *pg) MUST_USE;

struct edge;
/* Borrows both until edge_free. */
struct edge *edge_new(struct pg *pg, const struct edge_secrets *secrets);
void edge_free(struct edge *edge);
void edge_free_p(struct edge **edge);
/* After a lost connection was replaced. */
void edge_use(struct edge *edge, struct pg *pg);

/* --- ids ---------------------------------------------------------------------------------------*/
/* A record's id: UUIDv8(HMAC(secret, client 0x00 key)): the same Idempotency-Key of
 * a client is always the same record, whichever gateway has it. */
struct uuid edge_record_id(const struct edge_secrets *secrets, struct view client, struct view key);
/* Of a fact that belongs to no person: "unit:" or "service:" and a code. */
struct uuid edge_dossier_id(const struct edge_secrets *secrets, struct view name);

/* --- people ------------------------------------------------------------------------------------*/
/* Upper case, no blanks. REJECT when longer than CRN_MAX or empty. The form (letter, 6 digits) is
 * the caller's check: imports have others. */
res_t edge_crn_normalise(struct view crn, struct arena *arena, struct view *ret) MUST_USE;
/* The person of a CRN, with keys; made on the first call, the same ever after, whoever asks first.
 * *ret_new tells. `crn` is normalised. */
res_t edge_person_register(
    struct edge *edge, struct view crn, struct uuid *ret, bool *ret_new) MUST_USE;
/* The person's keys, from a small cache or unwrapped from the table. REJECT: not registered, or
 * erased. */
res_t edge_person_keys(struct edge *edge, struct uuid person, struct person_keys *ret) MUST_USE;
/* For whoever asks the table along with other questions: are they in the cache? the question ($1 is
 * the person); its answer into the cache. What cannot be cached is asked again and said then. */
bool edge_person_keys_cached(const struct edge *edge, struct uuid person);
extern const struct pg_sql edge_person_keys_sql;
void edge_person_keys_cache(struct edge *edge, struct uuid person, struct pg_rows *rows);

/* --- references --------------------------------------------------------------------------------*/
struct edge_referral {
    struct uuid record; /* the command's id */
    struct uuid referral;
    struct uuid person;
};
/* Reserves the next reference for a command: two letters, four digits, suffix;
 * the same record id gets the same one again. `suffix`: two letters. */
res_t edge_reference_reserve(struct edge *edge, const struct edge_referral *referral,
    struct view suffix, char ret[static REFERENCE_TEXT_MAX]) MUST_USE;
/* Reserves a reference that exists already (an import's). *ret_taken: by another referral; then
 * nothing was reserved. */
res_t edge_reference_claim(struct edge *edge, const struct edge_referral *referral,
    struct view reference, bool *ret_taken) MUST_USE;

/* --- ids that are looked up by themselves
 * --------------------------------------------------------*/
/* The dossier that claimed `id` first: `person` when it is free. */
res_t edge_claim(struct edge *edge, struct uuid id, struct uuid person, const char *kind,
    struct uuid *ret_owner) MUST_USE;

/* --- search ------------------------------------------------------------------------------------*/
/* Adds tokens for each word of the text (a name, a CRN, a reference). Adding again changes nothing.
 */
res_t edge_index_add(
    struct edge *edge, struct uuid person, const struct view *texts, size_t count) MUST_USE;
/* People of whom every word of `text` is a token, at most `max`; in the arena. */
res_t edge_search(struct edge *edge, struct view text, size_t max, struct arena *arena,
    struct uuid **ret_people, size_t *ret_count) MUST_USE;

/* --- people whose record not everybody may see -------------------------------------------------*/
/* Limited access, as nDelius has it: `only` these users see the person (a restriction there; none:
 * nobody does), or everybody but these does (an exclusion). A person may have both. */
struct edge_restriction {
    bool only;
    const struct view *users;
    size_t count;
};
/* In place of what was said of this kind, in one statement; gateways hear of it (channel
 * "restriction", the person's id). Doing it again changes nothing. */
res_t edge_restrict(
    struct pg *pg, struct uuid person, const struct edge_restriction *restriction) MUST_USE;
/* Both kinds are gone. */
res_t edge_unrestrict(struct pg *pg, struct uuid person) MUST_USE;
/* only or not, user; of a record that is closed to everybody, the user is empty. */
res_t edge_restrictions(struct pg *pg, struct uuid person, struct pg_rows **ret) MUST_USE;

/* --- users -------------------------------------------------------------------------------------*/
res_t edge_user_seen(struct edge *edge, struct view user_id, struct view audience,
    struct view organisation) MUST_USE;

#endif
