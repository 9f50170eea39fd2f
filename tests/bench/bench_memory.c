/* What the daemons hold while 100,000 referrals are open: memory of their own (anonymous), which
 * nobody else can have, and beside it what they map of files (programs, a decider's store), which
 * the kernel takes back when it needs the room. */
#include "daemons.h"

#include <stdio.h>

int main(void)
{
    struct memory all = {0};
    for (int i = 0; i < DAEMONS; i++) {
        struct memory held = daemon_memory(daemon_pid(daemon_names[i]));
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
