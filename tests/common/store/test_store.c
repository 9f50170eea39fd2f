#include "store/store.h"
#include "store/store_state.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAP_BYTES = 8 << 20 };
static char folder[64];

static void setup(void)
{
    snprintf(folder, sizeof(folder), "/tmp/store-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void path_of(char ret[static 128], const char *name)
{
    snprintf(ret, 128, "%s/%s", folder, name);
}

static void teardown(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "lock", "state", "state.new"};
    char path[128];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        path_of(path, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static struct store *open_store(enum store_found expected, uint8_t fingerprint)
{
    struct store *store = NULL;
    enum store_found found;
    struct store_conf conf = {
        .folder = folder, .fingerprint = {{fingerprint}}, .bytes_max = MAP_BYTES};
    res_t res = store_open(&conf, &store, &found);
    cr_assert_eq(res.act, RES_OK, "%s", res.what);
    cr_assert_eq(found, expected, "%s", store_found_text(found));
    return store;
}

static const struct uuid ann = {{1}}, bob = {{2}};

static void put_one(struct store *store, int32_t partition, struct uuid person, const char *text)
{
    struct store_dossier dossier = {7, {{3}}, view_of(text)};
    struct store_answer answer = {partition, person, {{9}}};
    cr_assert_eq(store_begin(store).act, RES_OK);
    cr_assert_eq(store_dossier_put(store, partition, person, &dossier).act, RES_OK);
    cr_assert_eq(store_answered_put(store, &answer, 7).act, RES_OK);
    cr_assert_eq(store_position_put(store, partition, 42).act, RES_OK);
    cr_assert_eq(store_commit(store).act, RES_OK);
}

static bool has(struct store *store, int32_t partition, struct uuid person, const char *text)
{
    struct store_dossier got;
    bool found;
    cr_assert_eq(store_dossier_get(store, partition, person, &got, &found).act, RES_OK);
    return found && got.version == 7 && got.history.b[0] == 3 && view_eq_text(got.packed, text);
}

TestSuite(store, .init = setup, .fini = teardown, .timeout = 30);

Test(store, what_was_committed_is_there_after_a_clean_restart)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 4, ann, "packed");
    store_close(store);
    store = open_store(STORE_KEPT, 1);
    cr_expect(has(store, 4, ann, "packed"));
    cr_expect(!has(store, 5, ann, "packed"), "another partition is another place");
    int64_t next;
    bool found;
    cr_assert_eq(store_position_get(store, 4, &next, &found).act, RES_OK);
    cr_expect(found && next == 42);
    struct store_answer answer = {4, ann, {{9}}};
    uint64_t version;
    cr_assert_eq(store_answered_get(store, &answer, &version, &found).act, RES_OK);
    cr_expect(found && version == 7);
    store_close(store);
}

Test(store, an_aborted_transaction_leaves_nothing)
{
    struct store *store = open_store(STORE_NEW, 1);
    struct store_dossier dossier = {7, {{3}}, VIEW("x")};
    cr_assert_eq(store_begin(store).act, RES_OK);
    cr_assert_eq(store_dossier_put(store, 1, ann, &dossier).act, RES_OK);
    cr_expect(has(store, 1, ann, "x"), "the transaction sees its own writes");
    store_abort(store);
    cr_expect(!has(store, 1, ann, "x"));
    store_close(store);
}

Test(store, a_process_killed_inside_a_transaction_loses_that_transaction_alone)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_store(STORE_NEW, 1);
        put_one(store, 1, ann, "kept");
        struct store_dossier dossier = {7, {{3}}, VIEW("lost")};
        if (store_begin(store).act != RES_OK ||
            store_dossier_put(store, 1, bob, &dossier).act != RES_OK)
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    struct store *store = open_store(STORE_KEPT, 1);
    cr_expect(has(store, 1, ann, "kept"));
    cr_expect(!has(store, 1, bob, "lost"));
    store_close(store);
}

Test(store, another_fingerprint_drops_it)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    store_close(store);
    store = open_store(STORE_DROPPED_FORMAT, 2);
    cr_expect(!has(store, 1, ann, "x"));
    store_close(store);
}

static void leave_open_under(const char *boot, int unclean)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    store_close(store);
    struct store_state state;
    store_state_read(folder, &state);
    state.left = LEFT_OPEN;
    state.unclean = unclean;
    if (boot != NULL)
        snprintf(state.boot, sizeof(state.boot), "%s", boot);
    cr_assert_eq(store_state_write(folder, &state).act, RES_OK);
}

Test(store, one_left_open_under_another_boot_of_the_machine_is_dropped)
{
    leave_open_under("another-boot", 1);
    struct store *store = open_store(STORE_DROPPED_CRASH, 1);
    cr_expect(!has(store, 1, ann, "x"));
    store_close(store);
}

Test(store, one_that_its_openers_did_not_survive_is_dropped)
{
    leave_open_under(NULL, STORE_UNCLEAN_MAX);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
}

static void damage(const char *name, off_t at, const char *bytes, size_t len, bool cut)
{
    char path[128];
    path_of(path, name);
    int fd = open(path, O_RDWR);
    cr_assert(fd >= 0);
    cr_assert(pwrite(fd, bytes, len, at) == (ssize_t)len);
    if (cut)
        cr_assert_eq(ftruncate(fd, at), 0);
    close(fd);
}

Test(store, a_file_that_is_cut_short_or_no_store_is_dropped_not_read)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    store_close(store);
    damage("data.mdb", 2 * 4096, "", 0, true);
    store = open_store(STORE_DROPPED_DAMAGED, 1);
    put_one(store, 1, ann, "x");
    store_close(store);
    char zeros[8192] = {0};
    damage("data.mdb", 0, zeros, sizeof(zeros), false);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
    damage("state", 0, "what?", 5, false);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
}

Test(store, a_second_writer_is_refused_and_a_reader_beside_it_reads)
{
    struct store *store = open_store(STORE_NEW, 1), *other = NULL;
    put_one(store, 1, ann, "x");
    struct store_conf conf = {.folder = folder, .fingerprint = {{1}}, .bytes_max = MAP_BYTES};
    cr_expect_eq(store_open(&conf, &other, NULL).act, RES_FATAL);
    fflush(NULL);
    pid_t child = fork(); /* LMDB allows one handle a process */
    if (child == 0) {
        conf.read_only = true;
        _exit(store_open(&conf, &other, NULL).act == RES_OK && has(other, 1, ann, "x") ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    store_close(store);
}

Test(store, a_full_one_says_so_and_keeps_what_it_had)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    static char big[1 << 20];
    struct store_dossier dossier = {7, {{3}}, {big, sizeof(big)}};
    res_t res = store_begin(store);
    for (uint8_t i = 10; i < 30 && res.act == RES_OK; i++)
        res = store_dossier_put(store, 1, (struct uuid){{i}}, &dossier);
    cr_expect_eq(res.act, RES_FATAL);
    cr_expect_str_eq(res.what, "the store is full: raise its limit");
    store_abort(store);
    cr_expect(has(store, 1, ann, "x"));
    store_close(store);
}

static res_t count_dossier(
    void *owner, int32_t partition, struct uuid person, const struct store_dossier *d)
{
    (void)partition, (void)person, (void)d;
    ++*(int *)owner;
    return RES_DONE;
}

Test(store, a_partition_is_walked_and_cleared_alone)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    put_one(store, 1, bob, "x");
    put_one(store, 2, ann, "x");
    int one = 0, all = 0;
    cr_assert_eq(store_dossiers_each(store, 1, count_dossier, &one).act, RES_OK);
    cr_assert_eq(store_dossiers_each(store, STORE_EVERY, count_dossier, &all).act, RES_OK);
    cr_expect(one == 2 && all == 3);
    cr_assert_eq(store_begin(store).act, RES_OK);
    cr_assert_eq(store_clear(store, 1).act, RES_OK);
    cr_assert_eq(store_commit(store).act, RES_OK);
    cr_expect(!has(store, 1, bob, "x") && has(store, 2, ann, "x"));
    struct store_size size;
    cr_assert_eq(store_size(store, &size).act, RES_OK);
    cr_expect(size.dossiers == 1 && size.answers == 1 && size.bytes_max == MAP_BYTES);
    store_close(store);
}
