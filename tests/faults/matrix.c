/* What many runs gave, as two tables. Lines of results: seed, fault, µs until it was over or -1,
 * one letter for each invariant. */
#include "campaign.h"

#include "fault.h"
#include "flow/walk.h"
#include "judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 128, TIMES_MAX = 4096, LINE_MAX_ = 512 };

struct row {
    char name[64];
    int runs, held[INVARIANTS], broken[INVARIANTS];
    int64_t took[TIMES_MAX];
    size_t took_count;
};
struct matrix {
    struct row rows[KINDS_MAX];
    size_t count;
    int schedules;
    uint64_t last_seed;
};

static struct row *row_of(struct matrix *matrix, const char *name)
{
    for (size_t i = 0; i < matrix->count; i++)
        if (strcmp(matrix->rows[i].name, name) == 0)
            return &matrix->rows[i];
    MUST(matrix->count < KINDS_MAX);
    struct row *row = &matrix->rows[matrix->count++];
    snprintf(row->name, sizeof(row->name), "%s", name);
    return row;
}

static void add(struct matrix *matrix, const char *line)
{
    uint64_t seed;
    char name[64], verdicts[INVARIANTS + 1];
    int64_t took;
    if (sscanf(line, "%" SCNu64 "\t%63s\t%" SCNd64 "\t%12s", &seed, name, &took, verdicts) != 4 ||
        strlen(verdicts) != INVARIANTS)
        fail("a line of the results cannot be read: %s", line);
    struct row *row = row_of(matrix, name);
    matrix->schedules += matrix->schedules == 0 || seed != matrix->last_seed;
    matrix->last_seed = seed;
    row->runs++;
    for (int i = 0; i < INVARIANTS; i++) {
        row->held[i] += verdicts[i] == HOLDS;
        row->broken[i] += verdicts[i] == BROKEN;
    }
    if (took >= 0 && row->took_count < TIMES_MAX)
        row->took[row->took_count++] = took;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_matrix(const struct matrix *matrix)
{
    printf("%d schedules\n\n| fault | runs |", matrix->schedules);
    for (int i = 0; i < INVARIANTS; i++)
        printf(" I%d |", i + 1);
    printf("\n|---|---:|");
    for (int i = 0; i < INVARIANTS; i++)
        printf("---:|");
    for (size_t r = 0; r < matrix->count; r++) {
        const struct row *row = &matrix->rows[r];
        printf("\n| %s | %d |", row->name, row->runs);
        for (int i = 0; i < INVARIANTS; i++) {
            if (row->held[i] + row->broken[i] == 0)
                printf(" |");
            else if (row->broken[i] == 0)
                printf(" %d |", row->held[i]);
            else
                printf(" **%d of %d broken** |", row->broken[i], row->held[i] + row->broken[i]);
        }
    }
    printf("\n");
}

static void print_times(struct matrix *matrix)
{
    printf("\n| fault | alone | p50 ms | p99 ms | most ms |\n|---|---:|---:|---:|---:|\n");
    for (size_t r = 0; r < matrix->count; r++) {
        struct row *row = &matrix->rows[r];
        size_t n = row->took_count;
        if (n == 0)
            continue;
        qsort(row->took, n, sizeof(*row->took), by_number);
        printf("| %s | %zu | %" PRId64 " | %" PRId64 " | %" PRId64 " |\n", row->name, n,
            row->took[n / 2] / 1000, row->took[n * 99 / 100] / 1000, row->took[n - 1] / 1000);
    }
}

int matrix_print(const char *path)
{
    static struct matrix matrix;
    char line[LINE_MAX_];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail("%s cannot be read", path);
    while (fgets(line, sizeof(line), file) != NULL)
        add(&matrix, line);
    fclose(file);
    qsort(matrix.rows, matrix.count, sizeof(matrix.rows[0]), by_name);
    print_matrix(&matrix);
    print_times(&matrix);
    return 0;
}
