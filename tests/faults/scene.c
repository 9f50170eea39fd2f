#include "scene.h"

#include "base/clock.h"
#include "flow/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

const char *const daemon_names[DAEMONS] = {"gateway", "referrals", "sessions", "risk", "projector"};

static const char *needed(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL)
        fail("%s is not set", name);
    return value;
}

void scene_init(struct scene *scene)
{
    *scene = (struct scene){.flow = needed("FLOW"),
        .stack = needed("STACK_DIR"),
        .top = needed("TOP"),
        .bin = needed("BIN"),
        .have = (unsigned)strtol(needed("FAULTS_HAVE"), NULL, 10)};
    history_init(&scene->history);
}

void scene_done(struct scene *scene)
{
    history_done(&scene->history);
}

/* --- programs
 * ------------------------------------------------------------------------------------*/

static pid_t spawn(const char *const *argv, char **env, const char *log)
{
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (log != NULL) {
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
        posix_spawn_file_actions_adddup2(&actions, 1, 2);
    }
    int error = posix_spawnp(
        &pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, env == NULL ? environ : env);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        fail("%s does not start: %s", argv[0], strerror(error));
    return pid;
}

static int status_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run_program(const char *const *argv, const char *log)
{
    return status_of(spawn(argv, NULL, log));
}

static pid_t pid_in(const char *path)
{
    char text[32] = "";
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    long pid = strtol(text, NULL, 10);
    return pid > 1 ? (pid_t)pid : -1;
}

/* --- daemons
 * -------------------------------------------------------------------------------------*/

static bool runs(pid_t pid, const char *program)
{
    char path[64], exe[512];
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
    ssize_t len = readlink(path, exe, sizeof(exe) - 1);
    if (len <= 0)
        return false;
    exe[len] = '\0';
    /* Built anew meanwhile, it is called "NAME (deleted)". */
    const char *name = strrchr(exe, '/');
    size_t program_len = strlen(program);
    return name != NULL && strncmp(name + 1, program, program_len) == 0 &&
           (name[1 + program_len] == '\0' || name[1 + program_len] == ' ');
}

pid_t daemon_pid(const struct scene *scene, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/run/%s.pid", scene->flow, name);
    pid_t pid = pid_in(path);
    return pid > 0 && runs(pid, name) ? pid : -1;
}

bool daemon_signal(const struct scene *scene, const char *name, int number)
{
    pid_t pid = daemon_pid(scene, name);
    return pid > 0 && kill(pid, number) == 0;
}

/* The environment with these on top. */
static char **env_with(char *const *more, size_t count)
{
    size_t n = 0, kept = 0;
    while (environ[n] != NULL)
        n++;
    char **env = calloc(n + count + 1, sizeof(*env));
    MUST(env != NULL);
    for (size_t i = 0; i < count; i++)
        env[kept++] = more[i];
    for (size_t i = 0; i < n; i++) {
        bool replaced = false;
        for (size_t k = 0; k < count; k++)
            replaced |= strncmp(environ[i], more[k], strcspn(more[k], "=") + 1) == 0;
        if (!replaced)
            env[kept++] = environ[i];
    }
    return env;
}

pid_t daemon_spawn(const struct scene *scene, const char *name, int instance)
{
    static int place;
    char program[512], log[512], state[512], pg[600], number[32], kafka[256];
    snprintf(program, sizeof(program), "%s/%s", scene->bin, name);
    snprintf(log, sizeof(log), "%s/log/%s.more.log", scene->flow, name);
    snprintf(state, sizeof(state), "RB_STATE=%s/more/%d", scene->flow, ++place);
    snprintf(number, sizeof(number), "RB_INSTANCE=%d", instance);
    snprintf(pg, sizeof(pg), "RB_PG=%s user=projector", needed("FAULTS_PG"));
    snprintf(kafka, sizeof(kafka), "RB_KAFKA_BOOTSTRAP=%s", needed("FAULTS_KAFKA"));
    const char *const make[] = {"mkdir", "-p", state + strlen("RB_STATE="), NULL};
    if (run_program(make, NULL) != 0)
        fail("no folder for one more %s", name);
    char *const more[] = {state, number, pg, kafka};
    char **env = env_with(more, ARRAY_LEN(more));
    const char *const argv[] = {program, NULL};
    pid_t pid = spawn(argv, env, log);
    free(env);
    return pid;
}

int daemon_end(pid_t pid)
{
    kill(pid, SIGCONT);
    kill(pid, SIGTERM);
    for (int i = 0; i < 500; i++) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
            break;
        usleep(20000);
    }
    kill(pid, SIGKILL);
    return status_of(pid);
}

/* --- the stack
 * -----------------------------------------------------------------------------------*/

void stack_do(const struct scene *scene, const char *command)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    char script[512], log[512];
    snprintf(script, sizeof(script), "%s/compose/stack.sh", scene->top);
    snprintf(log, sizeof(log), "%s/log/stack.out", scene->flow);
    const char *const argv[] = {script, command, scene->stack, NULL};
    pthread_mutex_lock(&lock);
    int status = run_program(argv, log);
    pthread_mutex_unlock(&lock);
    if (status != 0)
        fail("stack.sh %s: exit %d", command, status);
}

pid_t stack_pid(const struct scene *scene, const char *file)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", scene->stack, file);
    return pid_in(path);
}
