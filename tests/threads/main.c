/* usage: threads http|keys|groups|kafka|obs */
#include "threads.h"

#include "base/view.h"

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {{"http", threads_http}, {"keys", threads_keys}, {"groups", threads_groups},
        {"kafka", threads_kafka}, {"obs", threads_obs}};
    for (size_t i = 0; argc == 2 && i < ARRAY_LEN(parts); i++)
        if (view_eq_text(view_of(argv[1]), parts[i].name)) {
            parts[i].run();
            return 0;
        }
    return 2;
}
