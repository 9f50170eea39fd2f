#include "store/marker.h"
#include "store/store.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
    static const char *const names[] = {"data.mdb", "lock.mdb", "owner", "marker", "marker.new"};
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

static void leave_open_under(uint8_t boot, int64_t unclean)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "x");
    store_close(store);
    struct marker marker = {MARKER_OPEN, {{boot}}, unclean};
    int at = -1;
    cr_assert_eq(folder_open(folder, false, &at).act, RES_OK);
    if (boot == 0)
        cr_assert_eq(marker_boot(&marker.boot).act, RES_OK);
    cr_assert_eq(marker_write(at, &marker).act, RES_OK);
    close(at);
}

Test(store, one_left_open_under_another_boot_of_the_machine_is_dropped)
{
    leave_open_under(77, 1);
    struct store *store = open_store(STORE_DROPPED_CRASH, 1);
    cr_expect(!has(store, 1, ann, "x"));
    store_close(store);
}

Test(store, one_left_open_under_this_boot_is_kept)
{
    leave_open_under(0, STORE_UNCLEAN_MAX - 1);
    struct store *store = open_store(STORE_KEPT, 1);
    cr_expect(has(store, 1, ann, "x"));
    store_close(store);
}

Test(store, one_that_its_openers_did_not_survive_is_dropped)
{
    leave_open_under(0, STORE_UNCLEAN_MAX);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
}

/* Opens in a child that is killed, with or without a commit; gives what it found. */
static enum store_found killed_opener(bool commits)
{
    fflush(NULL);
    int pipes[2];
    cr_assert_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        enum store_found found = STORE_FOUND_MAX_;
        struct store_conf conf = {.folder = folder, .fingerprint = {{1}}, .bytes_max = MAP_BYTES};
        if (store_open(&conf, &store, &found).act != RES_OK ||
            write(pipes[1], &found, sizeof found) != sizeof found)
            _exit(1);
        if (commits)
            put_one(store, 1, ann, "x");
        kill(getpid(), SIGKILL);
    }
    enum store_found found;
    int status;
    cr_assert_eq(read(pipes[0], &found, sizeof found), (ssize_t)sizeof found);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status));
    close(pipes[0]);
    close(pipes[1]);
    return found;
}

Test(store, kills_after_a_commit_never_drop_it_and_kills_before_one_do_in_the_end)
{
    cr_expect_eq(killed_opener(true), STORE_NEW);
    for (int i = 0; i < 2 * STORE_UNCLEAN_MAX; i++)
        cr_expect_eq(killed_opener(true), STORE_KEPT);
    for (int i = 0; i < STORE_UNCLEAN_MAX; i++)
        cr_expect_eq(killed_opener(false), STORE_KEPT);
    cr_expect_eq(killed_opener(false), STORE_DROPPED_DAMAGED);
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
    damage("marker", 0, "what?", 5, false);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
}

/* Where `needle` stands in the data file. */
static off_t find(const char *needle)
{
    static char bytes[1 << 20];
    char path[128];
    path_of(path, "data.mdb");
    int fd = open(path, O_RDONLY);
    ssize_t len = pread(fd, bytes, sizeof bytes, 0);
    close(fd);
    const char *at = len <= 0 ? NULL : memmem(bytes, (size_t)len, needle, strlen(needle));
    cr_assert_not_null(at);
    return at - bytes;
}

Test(store, a_byte_that_the_disk_changed_is_noticed_when_read_and_the_next_open_drops_it)
{
    struct store *store = open_store(STORE_NEW, 1);
    put_one(store, 1, ann, "the packed bytes");
    store_close(store);
    damage("data.mdb", find("the packed bytes"), "T", 1, false);
    store = open_store(STORE_KEPT, 1);
    struct store_dossier got;
    bool found;
    cr_expect_eq(store_dossier_get(store, 1, ann, &got, &found).act, RES_FATAL);
    store_close(store);
    store_close(open_store(STORE_DROPPED_DAMAGED, 1));
}

Test(store, a_file_cut_behind_its_head_is_noticed_without_a_signal)
{
    struct store *store = open_store(STORE_NEW, 1);
    static char packed[64 << 10];
    struct store_dossier dossier = {7, {{3}}, {packed, sizeof packed}};
    memset(packed, 'p', sizeof packed);
    cr_assert_eq(store_begin(store).act, RES_OK);
    cr_assert_eq(store_dossier_put(store, 1, ann, &dossier).act, RES_OK);
    cr_assert_eq(store_commit(store).act, RES_OK);
    store_close(store);
    damage("data.mdb", find("pppp") + 5000, "", 0, true);
    /* Either the tables are in the part cut away, or the dossier is. */
    enum store_found found_store;
    struct store_conf conf = {.folder = folder, .fingerprint = {{1}}, .bytes_max = MAP_BYTES};
    cr_assert_eq(store_open(&conf, &store, &found_store).act, RES_OK);
    struct store_dossier got;
    bool found = false;
    res_t res = store_dossier_get(store, 1, ann, &got, &found);
    cr_expect(found_store == STORE_DROPPED_DAMAGED ? !found : res.act == RES_FATAL);
    store_close(store);
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

Test(store, a_full_disk_is_a_failure_and_not_a_signal)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_store(STORE_NEW, 1);
        put_one(store, 1, ann, "kept");
        struct rlimit limit = {256 << 10, 256 << 10};
        signal(SIGXFSZ, SIG_IGN);
        static char big[1 << 20];
        struct store_dossier dossier = {7, {{3}}, {big, sizeof(big)}};
        bool failed = setrlimit(RLIMIT_FSIZE, &limit) == 0 && store_begin(store).act == RES_OK &&
                      store_dossier_put(store, 1, bob, &dossier).act == RES_OK &&
                      store_commit(store).act == RES_FATAL;
        store_abort(store);
        _exit(failed && has(store, 1, ann, "kept") && !has(store, 1, bob, "") ? 0 : 1);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(store, replacing_again_and_again_does_not_grow_it)
{
    struct store *store = open_store(STORE_NEW, 1);
    static char packed[100 << 10];
    struct store_dossier dossier = {7, {{3}}, {packed, sizeof packed}};
    for (int i = 0; i < 500; i++) {
        bool found;
        struct store_dossier got;
        cr_assert_eq(store_begin(store).act, RES_OK);
        cr_assert_eq(store_dossier_put(store, 1, ann, &dossier).act, RES_OK);
        cr_assert_eq(store_commit(store).act, RES_OK);
        cr_assert_eq(store_dossier_get(store, 1, ann, &got, &found).act, RES_OK);
        cr_assert(found);
    }
    struct store_size size;
    cr_assert_eq(store_size(store, &size).act, RES_OK);
    cr_expect_lt(size.bytes_used, 1 << 20);
    store_close(store);
}

Test(store, a_reader_is_sent_away_where_its_owner_would_drop_the_store)
{
    struct store *store = NULL;
    struct store_conf conf = {
        .folder = folder, .fingerprint = {{1}}, .bytes_max = MAP_BYTES, .read_only = true};
    cr_expect_eq(store_open(&conf, &store, NULL).act, RES_RETRY);
    leave_open_under(77, 1);
    cr_expect_eq(store_open(&conf, &store, NULL).act, RES_RETRY);
    store = open_store(STORE_DROPPED_CRASH, 2);
    store_close(store);
    cr_expect_eq(store_open(&conf, &store, NULL).act, RES_RETRY);
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
    cr_expect_str_eq(res.what, "store: it is full: raise its limit of bytes, or delete it");
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
