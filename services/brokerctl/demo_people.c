#include <stdio.h>
#include <string.h>

#include "brokerctl/demo.h"

/* Every state that today's commands can reach, twice or more. The first is the story's person. */
static const struct recipe recipes[] = {
    {"RRRSAOKokH0P8H1H2T3", "INV-ACC-A", false, 1},
    {"RS", NULL, false, 3},
    {"RS", NULL, true, 2},
    {"RSA", NULL, false, 3},
    {"RSAOK", NULL, false, 2},
    {"RSAOKB0", NULL, false, 3},
    {"RSAOKF0", NULL, false, 2},
    {"RSAOKT0", NULL, false, 2},
    {"RSAOKN0", NULL, false, 2},
    {"RSAOKB0R", NULL, false, 2},
    {"RSAOKH0", NULL, false, 2},
    {"RSAOKH0P4", "INV-PWB-A", false, 3},
    {"RSAOKH0P4V", "INV-PWB-A", false, 2},
    {"RSAOKH0P3", NULL, false, 2},
    {"RSAOKH0P6H1B2", NULL, false, 3},
    {"RSAOKL0P4H1F2", NULL, false, 2},
    {"RSAOKH0P4T1", NULL, false, 2},
    {"RSAOKH0P2H1L2", NULL, false, 2},
    {"RSAOKH0P1N1", NULL, false, 2},
    {"RSAOKH0P1H1E", NULL, false, 3},
    {"RS", "INV-CFO", false, 2},
    {"RSAOKH1B2", "INV-CFO", false, 2},
    {"RSAOKB1", "INV-NAV", false, 2},
};

static const char *const firsts[] = {"Sam", "Kit", "Al", "Ray", "Jo", "Ash", "Bea", "Cal", "Dee",
    "Eli", "Fay", "Gus", "Hal", "Ida", "Jem", "Kay", "Lou", "Mae", "Ned", "Ona", "Pip", "Ria",
    "Stu", "Una", "Val", "Wyn", "Zed"};
static const char *const lasts[] = {"Ash", "Elm", "Yew", "Fir", "Oak", "Alder", "Birch", "Cedar",
    "Hazel", "Holly", "Juniper", "Larch", "Lime", "Maple", "Pine", "Plane", "Poplar", "Rowan",
    "Sorrel", "Spruce", "Thorn", "Walnut", "Willow"};

/* splitmix64 */
uint64_t demo_dice(struct demo *demo, uint64_t limit)
{
    uint64_t z = (demo->dice += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % limit;
}

static const struct recipe *recipe_of(struct demo *demo, size_t number)
{
    for (size_t i = 0; i < ARRAY_LEN(recipes); i++) {
        if (number < recipes[i].times)
            return &recipes[i];
        number -= recipes[i].times;
    }
    return &recipes[1 + demo_dice(demo, ARRAY_LEN(recipes) - 1)];
}

static bool service_fits(const struct demo *demo, size_t row, const struct recipe *recipe)
{
    const struct tsv *services = &demo->services;
    if (recipe->service != NULL)
        return view_eq_text(tsv_cell(services, row, "code"), recipe->service);
    return view_eq_text(tsv_cell(services, row, "kind"), "commissioned") &&
           view_eq_text(tsv_cell(services, row, "approval"), "automatic") &&
           tsv_cell(services, row, "openTo").len == 0;
}

/* The n-th row that fits; SIZE_MAX: none does. */
typedef bool fits_fn(const struct demo *demo, size_t row, const struct demo_person *person);
static size_t pick(
    struct demo *demo, const struct tsv *tsv, fits_fn *fits, const struct demo_person *person)
{
    size_t count = 0;
    for (size_t i = 0; i < tsv->count; i++)
        count += fits(demo, i, person);
    if (count == 0)
        return SIZE_MAX;
    size_t want = demo_dice(demo, count);
    for (size_t i = 0; i < tsv->count; i++)
        if (fits(demo, i, person) && want-- == 0)
            return i;
    return SIZE_MAX;
}

static bool fits_service(const struct demo *demo, size_t row, const struct demo_person *person)
{
    return service_fits(demo, row, person->recipe);
}

/* Jo's day begins with the story's session: whom she works with has met nobody earlier today. */
static bool fits_worker(const struct demo *demo, size_t row, const struct demo_person *person)
{
    bool met = strpbrk(person->recipe->steps, "HLN") != NULL;
    if (met && view_eq_text(tsv_cell(&demo->users, row, "id"), "JBELL"))
        return false;
    return view_eq_text(tsv_cell(&demo->users, row, "kind"), "provider") &&
           view_eq(tsv_cell(&demo->users, row, "organisation"),
               tsv_cell(&demo->services, person->service, "prime"));
}

static bool fits_practitioner(const struct demo *demo, size_t row, const struct demo_person *person)
{
    (void)person;
    return view_eq_text(tsv_cell(&demo->users, row, "kind"), "practitioner");
}

static size_t user_named(const struct demo *demo, const char *id, size_t other)
{
    for (size_t i = 0; i < demo->users.count; i++)
        if (view_eq_text(tsv_cell(&demo->users, i, "id"), id))
            return i;
    return other;
}

static size_t count_past(const char *steps)
{
    size_t count = 0;
    for (; *steps != '\0'; steps++)
        count += strchr("HLN", *steps) != NULL;
    return count;
}

res_t demo_person_make(struct demo *demo, size_t number, struct demo_person *ret)
{
    struct demo_person person = {.recipe = recipe_of(demo, number), .number = number};
    person.first = view_of(firsts[number == 0 ? 0 : demo_dice(demo, ARRAY_LEN(firsts))]);
    person.last = view_of(lasts[number == 0 ? 0 : demo_dice(demo, ARRAY_LEN(lasts))]);
    (void)snprintf(person.crn, sizeof person.crn, "X%06u",
        (unsigned)((123456 + (uint64_t)demo->seed * 7919 + number * 37) % 1000000));
    person.service = pick(demo, &demo->services, fits_service, &person);
    if (person.service == SIZE_MAX)
        return REJECT("services.tsv lacks a service that the demo needs");
    person.practitioner = pick(demo, &demo->users, fits_practitioner, &person);
    person.worker = pick(demo, &demo->users, fits_worker, &person);
    if (person.practitioner == SIZE_MAX || person.worker == SIZE_MAX)
        return REJECT("users.tsv lacks a user that the demo needs");
    if (number == 0 || number % 2 == 0)
        person.practitioner = user_named(demo, "BBEAKS", person.practitioner);
    person.colleague = person.worker;
    if (number == 0)
        person.worker = user_named(demo, "JBELL", person.worker);
    person.past_count = count_past(person.recipe->steps);
    *ret = person;
    return RES_DONE;
}
