/* What the daemons hold while 100,000 referrals are open: memory of their own (anonymous), which
 * nobody else can have, and beside it what they map of files (programs, a decider's store), which
 * the kernel takes back when it needs the room. */
#include "daemons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct held {
    long own_kb, files_kb;
};

static struct held held_by(pid_t pid)
{
    char path[64], line[256];
    struct held held = {0};
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

int main(void)
{
    struct held all = {0};
    for (int i = 0; i < DAEMONS; i++) {
        struct held held = held_by(daemon_pid(daemon_names[i]));
        printf("      memory: %s %.1f MiB of its own, %.1f MiB of files\n", daemon_names[i],
            (double)held.own_kb / 1024, (double)held.files_kb / 1024);
        all.own_kb += held.own_kb;
        all.files_kb += held.files_kb;
    }
    printf("      memory: %.1f MiB of files in all\n", (double)all.files_kb / 1024);
    bench_print(&(struct bench_line){
        "memory-anonymous", "MiB", (double)all.own_kb / 1024, .limit = 128, .goal = 1});
    return 0;
}
