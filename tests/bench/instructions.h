/* Instructions by valgrind's callgrind: the same on every machine, whatever else runs there. */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

/* Runs `program so-often TIMES` and gives how many instructions it spent in the function of that
 * name and below. 0, with a line that says so, where valgrind is not installed. */
double instructions_of(const char *program, const char *function, int times);

#endif
