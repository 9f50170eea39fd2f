#include "instructions.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static double summary_of(const char *path)
{
    char line[512];
    double count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "summary: ", 9) == 0)
            count = strtod(line + 9, NULL);
    fclose(file);
    return count;
}

double instructions_of(const char *program, const char *function, int times)
{
    char out[64] = "/tmp/callgrind.XXXXXX", to[128], toggle[128], number[16];
    int fd = mkstemp(out);
    if (fd < 0)
        bench_fail("callgrind", "no file to write to");
    close(fd);
    snprintf(to, sizeof(to), "--callgrind-out-file=%s", out);
    snprintf(toggle, sizeof(toggle), "--toggle-collect=%s*", function);
    snprintf(number, sizeof(number), "%d", times);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        execlp("valgrind", "valgrind", "-q", "--tool=callgrind", to, toggle, program, "so-often",
            number, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    MUST(waitpid(pid, &status, 0) == pid);
    double count = summary_of(out);
    unlink(out);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        printf("      %s: not counted, valgrind is not installed\n", function);
    else if (status != 0 || count <= 0)
        bench_fail("callgrind", "counted nothing");
    return count;
}
