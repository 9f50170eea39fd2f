/* Calls of the C library that fail, descriptors that run out, clients that mean no good. */
#include "base/clock.h"
#include "fault.h"
#include "flow/check.h"
#include "rng.h"
#include "shim.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 900, PIECES = 20, DESCRIPTORS_FEW = 12, MALLOC_MOST = 3000 };

/* --- the shim
 * ------------------------------------------------------------------------------------*/

static struct shim_orders *orders_of(const struct fault *fault)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/shim/%s", fault->scene->flow, fault->victim);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *map =
        fd < 0 ? MAP_FAILED
               : mmap(NULL, sizeof(struct shim_orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        fail("%s cannot be mapped", path);
    close(fd);
    return map;
}

void act_shim(struct fault *fault)
{
    struct shim_orders *orders = orders_of(fault);
    int number = rng_between(&fault->rng, 1, 4);
    if (strcmp(fault->kind->where, "write") == 0)
        atomic_store(&orders->writes, number);
    else if (strcmp(fault->kind->where, "sync") == 0)
        atomic_store(&orders->syncs, number);
    else
        atomic_store(&orders->malloc_at, rng_between(&fault->rng, 1, MALLOC_MOST));
    munmap(orders, sizeof(*orders));
}

void act_shim_end(struct fault *fault)
{
    struct shim_orders *orders = orders_of(fault);
    atomic_store(&orders->writes, 0);
    atomic_store(&orders->syncs, 0);
    atomic_store(&orders->malloc_at, 0);
    munmap(orders, sizeof(*orders));
}

/* --- descriptors
 * ---------------------------------------------------------------------------------*/

static void limit(struct fault *fault, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = RLIM_INFINITY};
    pid_t pid = daemon_pid(fault->scene, fault->victim);
    struct rlimit now;
    if (pid < 0 || prlimit(pid, RLIMIT_NOFILE, NULL, &now) != 0)
        return; /* it has just gone, and its limit with it */
    limit.rlim_max = now.rlim_max;
    (void)!prlimit(pid, RLIMIT_NOFILE, &limit, NULL);
}

/* No new ones: what is open stays open. */
void act_descriptors(struct fault *fault)
{
    limit(fault, DESCRIPTORS_FEW);
}

void act_descriptors_end(struct fault *fault)
{
    limit(fault, 1024);
}

/* --- clients
 * -------------------------------------------------------------------------------------*/

static int connected(void)
{
    const char *url = getenv("RB_GATEWAY");
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtol(strrchr(url, ':') + 1, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)!connect(fd, (struct sockaddr *)&to, sizeof(to));
    return fd;
}

static const char *words_of(const char *what)
{
    if (strcmp(what, "slow-loris") == 0)
        return "X-Slow: 1\r\n"; /* one line of a head that never ends */
    if (strcmp(what, "endless-body") == 0)
        return "400\r\n"
               "................................................................\r\n";
    return "GET /v1/services HTTP/1.1\r\nHost: localhost\r\n\r\n"; /* whose answers nobody reads */
}

static const char *greeting_of(const char *what)
{
    if (strcmp(what, "slow-loris") == 0)
        return "GET /v1/services HTTP/1.1\r\nHost: localhost\r\n";
    if (strcmp(what, "endless-body") == 0)
        return "POST /v1/people HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Transfer-Encoding: chunked\r\n\r\n";
    return "";
}

static void say_to(int fd, const char *words)
{
    (void)!send(fd, words, strlen(words), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* While it lasts each says a little more from time to time. */
void act_clients(struct fault *fault)
{
    int fds[CLIENTS];
    const char *what = fault->kind->where;
    int hold_us = rng_between(&fault->rng, 500000, 2500000);
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = connected();
    for (int i = 0; i < CLIENTS; i++)
        say_to(fds[i], greeting_of(what));
    for (int k = 0; k < PIECES; k++) {
        for (int i = 0; i < CLIENTS; i++)
            say_to(fds[i], words_of(what));
        usleep((useconds_t)(hold_us / PIECES));
    }
    for (int i = 0; i < CLIENTS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    fault->healed_us = clock_monotonic();
}
