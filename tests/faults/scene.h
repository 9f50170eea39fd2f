/* The stack and the daemons that a campaign works on, as the shell brought them up, and how its
 * processes are reached. */
#ifndef FAULTS_SCENE_H
#define FAULTS_SCENE_H

#include "history.h"

#include <sys/types.h>

struct callers;
struct scene {
    const char *flow;  /* FLOW of tests/flow/lib.sh: run/, log/, store/ */
    const char *stack; /* STACK_DIR */
    const char *top;   /* the checkout */
    const char *bin;   /* programs of the daemons */
    unsigned have;     /* what faults may need (enum need of fault.h) that is there */
    struct history history;
    struct callers *callers; /* of the schedule that runs */
};
void scene_init(struct scene *scene); /* from the environment */
void scene_done(struct scene *scene);

enum { DAEMONS = 5 };
extern const char *const daemon_names[DAEMONS];

/* The process that its supervisor started last; false: there is none just now. Signals are sent
 * only to a process that runs the daemon's program. */
pid_t daemon_pid(const struct scene *scene, const char *name); /* -1: none */
bool daemon_signal(const struct scene *scene, const char *name, int number);
/* One more of a daemon, outside its supervisor, with a store of its own: `instance` may be the
 * supervised one's. Signals end it as a supervisor would. */
pid_t daemon_spawn(const struct scene *scene, const char *name, int instance);
/* In order, or killed after ten seconds; its exit status, or 128 and the signal. */
int daemon_end(pid_t pid);
/* compose/stack.sh COMMAND; exits where it fails. One at a time. */
void stack_do(const struct scene *scene, const char *command);
/* Of the broker (kafka/pid) or of Postgres (pg/postmaster.pid). */
pid_t stack_pid(const struct scene *scene, const char *file);
/* argv[0] by the PATH; output to `log` (NULL: ours); its exit status, 128 and more: a signal. */
int run_program(const char *const *argv, const char *log);

#endif
