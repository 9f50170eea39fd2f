#include "gateway/catalogue.h"

#include "base/clock.h"
#include "gateway/tsv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CATALOGUE_BYTES_MAX = 64 * 1024 * 1024, LIST_MAX = 64 };

struct catalogue {
    struct arena *arena;
    struct catalogue_service *services;
    struct catalogue_category *categories;
    struct catalogue_outcome *outcomes;
    struct catalogue_level *levels;
    struct catalogue_name *organisations, *units, *offices;
    struct catalogue_user *users;
    size_t service_count, category_count, outcome_count, level_count, organisation_count,
        unit_count, office_count, user_count;
};

/* One table being read: a cell that cannot be read marks it, and the load fails at its end. */
struct reader {
    struct arena *arena;
    struct tsv tsv;
    size_t row;
    bool broken;
};

static struct view text_of(struct reader *reader, const char *column)
{
    return table_cell(&reader->tsv, reader->row, column);
}

static struct uuid id_of(struct reader *reader, const char *column)
{
    struct uuid id = {0};
    reader->broken = !uuid_parse(text_of(reader, column), &id) || reader->broken;
    return id;
}

static int32_t number_of(struct reader *reader, const char *column)
{
    int64_t number = 0;
    if (!view_to_i64(text_of(reader, column), &number) || number < 0 || number > 1000000)
        reader->broken = true;
    return (int32_t)number;
}

static int32_t day_of(struct reader *reader, const char *column)
{
    int32_t day = 0;
    reader->broken = !day_parse(text_of(reader, column), &day) || reader->broken;
    return day;
}

static bool yes_of(struct reader *reader, const char *column)
{
    struct view text = text_of(reader, column);
    if (!view_eq(text, VIEW("yes")) && !view_eq(text, VIEW("no")))
        reader->broken = true;
    return view_eq(text, VIEW("yes"));
}

static int32_t symbol_of(
    struct reader *reader, const struct enum_desc *enumeration, struct view text)
{
    int32_t symbol = desc_symbol(enumeration, text);
    if (symbol < 0)
        reader->broken = true;
    return symbol;
}

static struct view_array list_of(struct reader *reader, const char *column)
{
    struct view *items = arena_array(reader->arena, LIST_MAX, sizeof(*items));
    size_t len = 0;
    for (struct view rest = text_of(reader, column); rest.len > 0;) {
        if (items == NULL || len == LIST_MAX) {
            reader->broken = true;
            break;
        }
        items[len++] = view_cut(&rest, ',');
    }
    return (struct view_array){items, len};
}

static struct uuid_array ids_of(struct reader *reader, const char *column)
{
    struct view_array texts = list_of(reader, column);
    struct uuid *items = arena_array(reader->arena, texts.len, sizeof(*items));
    for (size_t i = 0; items != NULL && i < texts.len; i++)
        reader->broken = !uuid_parse(texts.items[i], &items[i]) || reader->broken;
    return (struct uuid_array){items, texts.len};
}

static struct int_array symbols_of(
    struct reader *reader, const struct enum_desc *enumeration, const char *column)
{
    struct view_array texts = list_of(reader, column);
    int32_t *items = arena_array(reader->arena, texts.len, sizeof(*items));
    for (size_t i = 0; items != NULL && i < texts.len; i++)
        items[i] = symbol_of(reader, enumeration, texts.items[i]);
    return (struct int_array){items, texts.len};
}

static void read_service_lists(struct reader *reader, struct terms *terms)
{
    terms->regions = list_of(reader, "regions");
    terms->areas = list_of(reader, "areas");
    terms->subcontractors = list_of(reader, "subcontractors");
    terms->categories = ids_of(reader, "categories");
    terms->sexes = symbols_of(reader, &sex_enum, "sexes");
    terms->subjects = symbols_of(reader, &subject_kind_enum, "subjects");
}

/* Sets the value and its bit where the cell is not empty. */
#define WHERE_GIVEN(reader, column, terms, BIT, field, value)                                      \
    do {                                                                                           \
        if (text_of((reader), (column)).len > 0) {                                                 \
            (terms)->field = (value);                                                              \
            SET((terms), BIT);                                                                     \
        }                                                                                          \
    } while (0)

static void read_service(struct reader *reader, void *item)
{
    struct catalogue_service *service = item;
    struct terms *terms = &service->terms;
    service->name = text_of(reader, "name");
    terms->service_id = id_of(reader, "id");
    terms->code = text_of(reader, "code");
    terms->kind = symbol_of(reader, &service_kind_enum, text_of(reader, "kind"));
    terms->prime = text_of(reader, "prime");
    terms->approval = symbol_of(reader, &approval_policy_enum, text_of(reader, "approval"));
    terms->cohort = yes_of(reader, "cohort");
    terms->assessment = yes_of(reader, "assessment");
    terms->plan = yes_of(reader, "plan");
    terms->report = yes_of(reader, "report");
    terms->waiting_list = yes_of(reader, "waitingList");
    terms->enforceable = yes_of(reader, "enforceable");
    terms->version = number_of(reader, "version");
    read_service_lists(reader, terms);
    static const int bits[] = {TERMS_SERVICE_ID, TERMS_CODE, TERMS_KIND, TERMS_PRIME,
        TERMS_APPROVAL, TERMS_COHORT, TERMS_ASSESSMENT, TERMS_PLAN, TERMS_REPORT,
        TERMS_WAITING_LIST, TERMS_ENFORCEABLE, TERMS_VERSION, TERMS_REGIONS, TERMS_AREAS,
        TERMS_SUBCONTRACTORS, TERMS_CATEGORIES, TERMS_SEXES, TERMS_SUBJECTS};
    for (size_t i = 0; i < ARRAY_LEN(bits); i++)
        SET(terms, bits[i]);
    WHERE_GIVEN(reader, "type", terms, TERMS_TYPE, type, text_of(reader, "type"));
    WHERE_GIVEN(reader, "typeName", terms, TERMS_TYPE_NAME, type_name, text_of(reader, "typeName"));
    WHERE_GIVEN(reader, "ageFrom", terms, TERMS_AGE_FROM, age_from, number_of(reader, "ageFrom"));
    WHERE_GIVEN(reader, "ageTo", terms, TERMS_AGE_TO, age_to, number_of(reader, "ageTo"));
    WHERE_GIVEN(reader, "openFrom", terms, TERMS_OPEN_FROM, open_from, day_of(reader, "openFrom"));
    WHERE_GIVEN(reader, "openTo", terms, TERMS_OPEN_TO, open_to, day_of(reader, "openTo"));
}

static void read_category(struct reader *reader, void *item)
{
    *(struct catalogue_category *)item = (struct catalogue_category){
        id_of(reader, "id"), text_of(reader, "code"), text_of(reader, "name")};
}

static void read_outcome(struct reader *reader, void *item)
{
    *(struct catalogue_outcome *)item = (struct catalogue_outcome){id_of(reader, "id"),
        id_of(reader, "category"), text_of(reader, "name"),
        text_of(reader, "deprecatedOn").len > 0 ? day_of(reader, "deprecatedOn") : INT32_MAX};
}

static void read_level(struct reader *reader, void *item)
{
    *(struct catalogue_level *)item = (struct catalogue_level){id_of(reader, "id"),
        id_of(reader, "category"), text_of(reader, "level"), text_of(reader, "name")};
}

static void read_name(struct reader *reader, void *item)
{
    *(struct catalogue_name *)item = (struct catalogue_name){
        text_of(reader, "code"), text_of(reader, "name"), text_of(reader, "region")};
}

static void read_user(struct reader *reader, void *item)
{
    *(struct catalogue_user *)item = (struct catalogue_user){
        .id = text_of(reader, "id"),
        .name = text_of(reader, "name"),
        .role = text_of(reader, "role"),
        .audience = text_of(reader, "audience"),
        .organisation = text_of(reader, "organisation"),
        .kind = (enum actor_kind)symbol_of(reader, &actor_kind_enum, text_of(reader, "kind")),
        .units = list_of(reader, "units"),
    };
}

struct table {
    const char *file;
    size_t size;
    void (*read)(struct reader *reader, void *item);
    void *items; /* where the pointer to them goes */
    size_t *count;
};

static res_t load(struct catalogue *catalogue, const char *folder, const struct table *table)
{
    char path[512];
    int len = snprintf(path, sizeof(path), "%s/%s", folder, table->file);
    if (len < 0 || (size_t)len >= sizeof(path))
        return FATAL("catalogue: the folder's name is too long");
    struct reader reader = {.arena = catalogue->arena};
    TRY(table_read(path, catalogue->arena, &reader.tsv));
    char *items = arena_array(catalogue->arena, reader.tsv.row_count, table->size);
    if (items == NULL)
        return FATAL("catalogue: too large");
    for (reader.row = 0; reader.row < reader.tsv.row_count; reader.row++)
        table->read(&reader, items + reader.row * table->size);
    if (reader.broken)
        return FATAL("catalogue: a cell of a table is not of its column's form");
    memcpy(table->items, &items, sizeof(items));
    *table->count = reader.tsv.row_count;
    return RES_DONE;
}

#define TABLE(file, type, read, list, count)                                                       \
    {                                                                                              \
        (file), sizeof(struct type), (read), (list), (count)                                       \
    }

res_t catalogue_open(const char *folder, struct catalogue **ret)
{
    struct catalogue *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return FATAL("catalogue: no memory");
    c->arena = arena_new(CATALOGUE_BYTES_MAX);
    const struct table tables[] = {
        TABLE("services.tsv", catalogue_service, read_service, &c->services, &c->service_count),
        TABLE("categories.tsv", catalogue_category, read_category, &c->categories,
            &c->category_count),
        TABLE("outcomes.tsv", catalogue_outcome, read_outcome, &c->outcomes, &c->outcome_count),
        TABLE("complexity.tsv", catalogue_level, read_level, &c->levels, &c->level_count),
        TABLE("organisations.tsv", catalogue_name, read_name, &c->organisations,
            &c->organisation_count),
        TABLE("units.tsv", catalogue_name, read_name, &c->units, &c->unit_count),
        TABLE("offices.tsv", catalogue_name, read_name, &c->offices, &c->office_count),
        TABLE("users.tsv", catalogue_user, read_user, &c->users, &c->user_count),
    };
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        res_t res = load(c, folder, &tables[i]);
        if (res.act != RES_OK) {
            catalogue_close(c);
            return res;
        }
    }
    *ret = c;
    return RES_DONE;
}

void catalogue_close(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    arena_free(catalogue->arena);
    free(catalogue);
}

void catalogue_close_p(struct catalogue **catalogue)
{
    catalogue_close(*catalogue);
}

#define FIND(items, count, test)                                                                   \
    do {                                                                                           \
        for (size_t i = 0; i < (count); i++)                                                       \
            if (test)                                                                              \
                return &(items)[i];                                                                \
        return NULL;                                                                               \
    } while (0)

const struct catalogue_service *catalogue_service(const struct catalogue *c, struct uuid id)
{
    FIND(c->services, c->service_count, uuid_eq(c->services[i].terms.service_id, id));
}

const struct catalogue_service *catalogue_service_by_code(
    const struct catalogue *c, struct view code)
{
    FIND(c->services, c->service_count, view_eq(c->services[i].terms.code, code));
}

const struct catalogue_service *catalogue_services(const struct catalogue *c, size_t *ret_count)
{
    *ret_count = c->service_count;
    return c->services;
}

const struct catalogue_category *catalogue_category(const struct catalogue *c, struct uuid id)
{
    FIND(c->categories, c->category_count, uuid_eq(c->categories[i].id, id));
}

const struct catalogue_outcome *catalogue_outcome(const struct catalogue *c, struct uuid id)
{
    FIND(c->outcomes, c->outcome_count, uuid_eq(c->outcomes[i].id, id));
}

const struct catalogue_outcome *catalogue_outcomes(const struct catalogue *c, size_t *ret_count)
{
    *ret_count = c->outcome_count;
    return c->outcomes;
}

const struct catalogue_level *catalogue_level(const struct catalogue *c, struct uuid id)
{
    FIND(c->levels, c->level_count, uuid_eq(c->levels[i].id, id));
}

const struct catalogue_level *catalogue_levels(const struct catalogue *c, size_t *ret_count)
{
    *ret_count = c->level_count;
    return c->levels;
}

const struct catalogue_name *catalogue_organisation(const struct catalogue *c, struct view code)
{
    FIND(c->organisations, c->organisation_count, view_eq(c->organisations[i].code, code));
}

const struct catalogue_name *catalogue_unit(const struct catalogue *c, struct view code)
{
    FIND(c->units, c->unit_count, view_eq(c->units[i].code, code));
}

const struct catalogue_name *catalogue_office(const struct catalogue *c, struct view code)
{
    FIND(c->offices, c->office_count, view_eq(c->offices[i].code, code));
}

const struct catalogue_name *catalogue_offices(const struct catalogue *c, size_t *ret_count)
{
    *ret_count = c->office_count;
    return c->offices;
}

const struct catalogue_user *catalogue_user(const struct catalogue *c, struct view id)
{
    FIND(c->users, c->user_count, view_eq(c->users[i].id, id));
}

const struct catalogue_user *catalogue_users(const struct catalogue *c, size_t *ret_count)
{
    *ret_count = c->user_count;
    return c->users;
}

bool catalogue_offered(const struct catalogue_outcome *outcome, int32_t day)
{
    return day < outcome->deprecated_on;
}

bool catalogue_service_open(const struct catalogue_service *service, int32_t day)
{
    const struct terms *terms = &service->terms;
    return (!HAS(terms, TERMS_OPEN_FROM) || day >= terms->open_from) &&
           (!HAS(terms, TERMS_OPEN_TO) || day <= terms->open_to);
}
