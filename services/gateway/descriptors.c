#include "gateway/descriptors.h"

#include <sys/resource.h>

static int64_t number(rlim_t limit)
{
    return limit == RLIM_INFINITY || limit > INT64_MAX ? INT64_MAX : (int64_t)limit;
}

int64_t descriptors_raise(int64_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return -1;
    if (number(limit.rlim_cur) >= wanted)
        return number(limit.rlim_cur);
    struct rlimit higher = {
        .rlim_cur = number(limit.rlim_max) < wanted ? limit.rlim_max : (rlim_t)wanted,
        .rlim_max = limit.rlim_max};
    return number(setrlimit(RLIMIT_NOFILE, &higher) == 0 ? higher.rlim_cur : limit.rlim_cur);
}
