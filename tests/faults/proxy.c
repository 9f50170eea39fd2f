#include "proxy.h"

#include "flow/walk.h"
#include "proxy_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { DOORS_MAX = 4, RULED_MAX = 16, CONTROL_MAX = 256 };

const char *const rule_names[RULES] = {
    "none", "delay", "slow", "lose-up", "lose-down", "half-open", "cut", "cut-frame", "cut-commit"};

struct ruled {
    char name[LINK_NAME_MAX]; /* "*": every client of the door */
    struct rule rule;
};
struct door {
    char name[16], from[108], to[108];
    int fd;
    struct ruled ruled[RULED_MAX];
    size_t ruled_count;
};
struct proxy {
    int control;
    struct door doors[DOORS_MAX];
    size_t door_count;
    struct link links[LINKS_MAX];
};

/* --- sockets
 * -------------------------------------------------------------------------------------*/

union endpoint {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
};

static socklen_t address_of(const char *text, union endpoint *ret)
{
    *ret = (union endpoint){.any.sa_family = AF_UNIX};
    if (text[0] == '/') {
        snprintf(ret->un.sun_path, sizeof(ret->un.sun_path), "%s", text);
        return sizeof(ret->un);
    }
    ret->in = (struct sockaddr_in){.sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtol(text, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return sizeof(ret->in);
}

static int listen_at(const char *text)
{
    union endpoint address;
    socklen_t len = address_of(text, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (fd < 0 || bind(fd, &address.any, len) != 0 || listen(fd, 128) != 0)
        fail("proxy: cannot listen at %s: %s", text, strerror(errno));
    if (text[0] == '/')
        (void)!chmod(text, 0777); /* the daemons may run as somebody else */
    return fd;
}

static int connect_to(const char *text)
{
    union endpoint address;
    socklen_t len = address_of(text, &address);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, &address.any, len) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* --- rules
 * ---------------------------------------------------------------------------------------*/

static struct rule rule_of(const struct door *door, const char *name)
{
    for (size_t i = 0; i < door->ruled_count; i++)
        if (strcmp(door->ruled[i].name, "*") == 0 || strcmp(door->ruled[i].name, name) == 0)
            return door->ruled[i].rule;
    return (struct rule){.kind = RULE_NONE};
}

static void set_rule(struct door *door, const char *name, struct rule rule)
{
    size_t i = 0;
    while (i < door->ruled_count && strcmp(door->ruled[i].name, name) != 0)
        i++;
    if (i == door->ruled_count) {
        MUST(door->ruled_count < RULED_MAX);
        door->ruled_count++;
        snprintf(door->ruled[i].name, sizeof(door->ruled[i].name), "%s", name);
    }
    door->ruled[i].rule = rule;
    if (rule.kind == RULE_NONE)
        door->ruled[i] = door->ruled[--door->ruled_count];
}

static void take_control(struct proxy *proxy)
{
    char text[CONTROL_MAX], door[16], name[LINK_NAME_MAX], kind[16];
    ssize_t len = recv(proxy->control, text, sizeof(text) - 1, 0);
    struct rule rule = {.kind = RULE_NONE};
    if (len <= 0)
        return;
    text[len] = '\0';
    if (sscanf(text, "%15s %31s %15s %d", door, name, kind, &rule.value) != 4)
        return;
    for (int i = 0; i < RULES; i++)
        if (strcmp(rule_names[i], kind) == 0)
            rule.kind = (enum rule_kind)i;
    for (size_t i = 0; i < proxy->door_count; i++)
        if (strcmp(proxy->doors[i].name, door) == 0)
            set_rule(&proxy->doors[i], name, rule);
}

void proxy_tell(const char *control, const char *door, const char *name, struct rule rule)
{
    union endpoint address;
    char text[CONTROL_MAX];
    socklen_t len = address_of(control, &address);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int size =
        snprintf(text, sizeof(text), "%s %s %s %d", door, name, rule_names[rule.kind], rule.value);
    if (fd < 0 || sendto(fd, text, (size_t)size, 0, &address.any, len) != size)
        fail("the proxy cannot be told: %s", strerror(errno));
    close(fd);
}

/* --- the loop
 * ------------------------------------------------------------------------------------*/

static void let_in(struct proxy *proxy, struct door *door)
{
    int client = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return;
    int server = rule_of(door, "*").kind == RULE_CUT ? -1 : connect_to(door->to);
    for (size_t i = 0; server >= 0 && i < LINKS_MAX; i++)
        if (!proxy->links[i].open) {
            link_open(&proxy->links[i], (size_t)(door - proxy->doors), client, server);
            return;
        }
    close(client);
    if (server >= 0)
        close(server);
}

static void turn(struct proxy *proxy)
{
    static struct pollfd fds[DOORS_MAX + 1 + 2 * LINKS_MAX];
    nfds_t count = 0;
    int wait_ms = 1000;
    fds[count++] = (struct pollfd){proxy->control, POLLIN, 0};
    for (size_t i = 0; i < proxy->door_count; i++)
        fds[count++] = (struct pollfd){proxy->doors[i].fd, POLLIN, 0};
    for (size_t i = 0; i < LINKS_MAX; i++)
        if (proxy->links[i].open)
            count += link_poll(&proxy->links[i], fds + count, &wait_ms);
    if (poll(fds, count, wait_ms) < 0 && errno != EINTR)
        fail("proxy: poll: %s", strerror(errno));
    if (fds[0].revents != 0)
        take_control(proxy);
    for (size_t i = 0; i < LINKS_MAX; i++) {
        struct link *link = &proxy->links[i];
        if (link->open)
            link_turn(link, rule_of(&proxy->doors[link->door], link->name));
    }
    for (size_t i = 0; i < proxy->door_count; i++)
        if (fds[1 + i].revents != 0)
            let_in(proxy, &proxy->doors[i]);
}

static void open_door(struct proxy *proxy, const char *text)
{
    struct door *door = &proxy->doors[proxy->door_count++];
    if (proxy->door_count > DOORS_MAX ||
        sscanf(text, "%15[^=]=%107[^>]>%107s", door->name, door->from, door->to) != 3)
        fail("proxy: a door is NAME=FROM>TO, not %s", text);
    door->fd = listen_at(door->from);
}

int proxy_run(int argc, char **argv)
{
    static struct proxy proxy;
    union endpoint address;
    if (argc < 2)
        fail("usage: faults proxy CONTROL DOOR=FROM>TO...");
    signal(SIGPIPE, SIG_IGN);
    socklen_t len = address_of(argv[0], &address);
    proxy.control = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (int i = 1; i < argc; i++)
        open_door(&proxy, argv[i]);
    if (bind(proxy.control, &address.any, len) != 0)
        fail("proxy: cannot be told at %s: %s", argv[0], strerror(errno));
    while (true)
        turn(&proxy);
}
