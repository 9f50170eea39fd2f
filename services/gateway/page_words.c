#include "gateway/page_words.h"

enum { ARGUMENTS_MAX = 16 };

struct page_error page_error_of_outcome(struct arena *arena, const struct outcome *outcome)
{
    struct word *words = arena_array(arena, ARGUMENTS_MAX, sizeof(*words));
    size_t len = 0;
    struct view rest = outcome->argument_list;
    while (words != NULL && rest.ptr != NULL && rest.len > 0 && len < ARGUMENTS_MAX) {
        struct view value = view_cut(&rest, '\x1e');
        struct view name = view_cut(&value, '\x1f');
        words[len++] = (struct word){arena_copy(arena, name), arena_copy(arena, value)};
    }
    return (struct page_error){
        .pointer = arena_copy(arena, outcome->field),
        .code = arena_copy(arena, outcome->code),
        .arguments = {words, len},
    };
}

struct page_error page_error_of_problem(struct arena *arena, const struct problem *problem)
{
    struct page_error error = {.code = view_of(problem_table[problem->code].code)};
    if (problem->field[0] != '\0')
        error.pointer = arena_copy(arena, view_of(problem->field));
    struct word *limit = problem->limit != 0 ? ARENA_NEW(arena, struct word) : NULL;
    if (limit != NULL) {
        *limit =
            (struct word){VIEW("limit"), arena_printf(arena, "%lld", (long long)problem->limit)};
        error.arguments = (struct words){limit, 1};
    }
    return error;
}
