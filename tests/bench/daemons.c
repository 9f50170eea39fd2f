#include "daemons.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const daemon_names[DAEMONS] = {"gateway", "referrals", "sessions", "risk", "projector"};

static long number_in(const char *name, const char *ending)
{
    char path[512], text[32] = "";
    snprintf(path, sizeof(path), "%s/%s.%s", bench_env("BENCH_RUN"), name, ending);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        bench_fail(path, "is not there");
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return strtol(text, NULL, 10);
}

pid_t daemon_pid(const char *name)
{
    return (pid_t)number_in(name, "pid");
}

int daemon_port(const char *name)
{
    return (int)number_in(name, "port");
}

/* The whole answer; false: nobody there. */
static bool ask(int port, const char *path, char *ret, size_t size)
{
    char request[160];
    snprintf(request, sizeof(request),
        "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = 2};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    size_t got = 0;
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
        send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request))
        for (ssize_t n; got < size - 1 && (n = recv(fd, ret + got, size - 1 - got, 0)) > 0;)
            got += (size_t)n;
    ret[got] = '\0';
    close(fd);
    return got > 0;
}

bool daemon_ready(int port)
{
    char answer[2048];
    return ask(port, "/health/ready", answer, sizeof(answer)) &&
           strncmp(answer, "HTTP/1.1 200", 12) == 0;
}

double daemon_metric(int port, const char *name)
{
    static char answer[1 << 16];
    char line[96];
    snprintf(line, sizeof(line), "\n%s ", name);
    if (!ask(port, "/metrics", answer, sizeof(answer)))
        return -1;
    const char *at = strstr(answer, line);
    return at == NULL ? -1 : strtod(at + strlen(line), NULL);
}

void daemon_until_ready(const char *name)
{
    int64_t until = clock_monotonic() + 30 * TIME_US_PER_S;
    while (!daemon_ready(daemon_port(name))) {
        if (clock_monotonic() > until)
            bench_fail(name, "does not get ready");
        usleep(5000);
    }
}

struct memory daemon_memory(pid_t pid)
{
    char path[64], line[256];
    struct memory held = {0};
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        bench_fail(path, "the process is gone");
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "RssAnon:", 8) == 0)
            held.own_kb = strtol(line + 8, NULL, 10);
        if (strncmp(line, "RssFile:", 8) == 0)
            held.files_kb = strtol(line + 8, NULL, 10);
    }
    fclose(file);
    return held;
}
