#include "gateway/pages/components.h"

#include <ctype.h>

#include "gateway/pages/words.h"
#include "pages/text.h"

static struct view or_else(struct view text, struct view otherwise)
{
    return text.len > 0 ? text : otherwise;
}

static struct view joined(struct arena *arena, struct view a, const char *between, struct view b)
{
    if (a.len == 0 || b.len == 0)
        return a.len > 0 ? a : b;
    return arena_printf(arena, "%.*s%s%.*s", VIEW_ARG(a), between, VIEW_ARG(b));
}

static struct view with_suffix(struct arena *arena, struct view id, const char *suffix)
{
    return arena_printf(arena, "%.*s%s", VIEW_ARG(id), suffix);
}

/* Hint and error of a part: their ids, and the list that names them in aria-describedby. */
static struct view describe(struct arena *arena, struct view id, struct view described_by,
    struct hint_view *hint, struct error_message_view *error)
{
    if (hint->text.len > 0) {
        hint->id = with_suffix(arena, id, "-hint");
        described_by = joined(arena, described_by, " ", hint->id);
    }
    if (error->text.len > 0) {
        error->id = with_suffix(arena, id, "-error");
        described_by = joined(arena, described_by, " ", error->id);
    }
    return described_by;
}

void notification_badge_fill(struct arena *arena, struct notification_badge_view *badge)
{
    enum { SHOWN_MAX = 99 };
    if (badge->count <= 0)
        return;
    bool many = badge->count >= SHOWN_MAX;
    badge->shown = many ? VIEW("99+") : words_number(arena, badge->count);
    badge->hidden_count = many ? TEXT_component_many : badge->shown;
}

void back_link_fill(struct arena *arena, struct back_link_view *link)
{
    link->text = or_else(link->text, TEXT_component_back);
    if (link->href.path.len == 0)
        link->href = link_within(arena, VIEW(""));
}

void skip_link_fill(struct arena *arena, struct skip_link_view *link)
{
    if (link->href.path.len == 0)
        link->href = link_within(arena, VIEW("content"));
}

void button_fill(struct arena *arena, struct button_view *button)
{
    (void)arena;
    button->type = or_else(button->type, VIEW("submit"));
}

void input_fill(struct arena *arena, struct input_view *input)
{
    input->id = or_else(input->id, input->name);
    input->type = or_else(input->type, VIEW("text"));
    input->label.for_id = input->id;
    input->described_by =
        describe(arena, input->id, input->described_by, &input->hint, &input->error_message);
}

void textarea_fill(struct arena *arena, struct textarea_view *textarea)
{
    textarea->id = or_else(textarea->id, textarea->name);
    textarea->rows = or_else(textarea->rows, VIEW("5"));
    textarea->label.for_id = textarea->id;
    textarea->described_by = describe(
        arena, textarea->id, textarea->described_by, &textarea->hint, &textarea->error_message);
}

void character_count_fill(struct arena *arena, struct character_count_view *count)
{
    count->id = or_else(count->id, count->name);
    count->message.id = with_suffix(arena, count->id, "-info");
    if (count->maxlength > 0) {
        count->limit = arena_printf(arena, "%lld", (long long)count->maxlength);
        count->message.text = text_component_limit(arena, .count = count->limit);
    }
    count->textarea = (struct textarea_view){.name = count->name,
        .id = count->id,
        .label = count->label,
        .hint = count->hint,
        .error_message = count->error_message,
        .value = count->value,
        .classes = joined(arena, VIEW("govuk-js-character-count"), " ", count->classes),
        .described_by = count->message.id,
        .rows = count->rows};
    textarea_fill(arena, &count->textarea);
}

void select_fill(struct arena *arena, struct select_view *select)
{
    select->id = or_else(select->id, select->name);
    select->label.for_id = select->id;
    select->described_by =
        describe(arena, select->id, select->described_by, &select->hint, &select->error_message);
    struct option_view *items = arena_array(arena, select->items.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < select->items.len; i++) {
        items[i] = select->items.items[i];
        items[i].has_value = items[i].value.ptr != NULL;
        struct view value = items[i].has_value ? items[i].value : items[i].text;
        if (select->value.len > 0 && view_eq(value, select->value))
            items[i].selected = true;
    }
    select->items.items = items;
}

/* What radios and checkboxes share. `described_by` goes to each item where no fieldset carries it.
 */
static void choice_fill(struct arena *arena, struct choice_view *choice, struct view id)
{
    choice->id = or_else(choice->id, id);
    choice->label.for_id = choice->id;
    if (choice->hint.text.len == 0)
        return;
    choice->hint.id = with_suffix(arena, choice->id, "-item-hint");
    choice->described_by = joined(arena, choice->described_by, " ", choice->hint.id);
}

static struct view choice_id(struct arena *arena, struct view prefix, size_t index)
{
    return index == 0 ? prefix : arena_printf(arena, "%.*s-%zu", VIEW_ARG(prefix), index + 1);
}

/* The classes that a label or hint of a choice begins with. */
static struct view choice_class(struct arena *arena, const char *base, struct view more)
{
    return joined(arena, view_of(base), " ", more);
}

void radios_fill(struct arena *arena, struct radios_view *radios)
{
    radios->id_prefix = or_else(radios->id_prefix, radios->name);
    radios->described_by = describe(arena, radios->id_prefix, radios->fieldset_described_by,
        &radios->hint, &radios->error_message);
    struct choice_view *items = arena_array(arena, radios->items.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < radios->items.len; i++) {
        struct choice_view *item = &items[i];
        *item = radios->items.items[i];
        item->name = radios->name;
        choice_fill(arena, item, choice_id(arena, radios->id_prefix, i));
        item->label.classes = choice_class(arena, "govuk-radios__label", item->label.classes);
        item->hint.classes = choice_class(arena, "govuk-radios__hint", item->hint.classes);
        if (radios->value.len > 0 && view_eq(item->value, radios->value))
            item->checked = true;
    }
    radios->items.items = items;
}

void checkboxes_fill(struct arena *arena, struct checkboxes_view *boxes)
{
    boxes->id_prefix = or_else(boxes->id_prefix, boxes->name);
    boxes->described_by = describe(arena, boxes->id_prefix,
        or_else(boxes->fieldset_described_by, boxes->own_described_by), &boxes->hint,
        &boxes->error_message);
    struct choice_view *items = arena_array(arena, boxes->items.len, sizeof *items);
    for (size_t i = 0; items != NULL && i < boxes->items.len; i++) {
        struct choice_view *item = &items[i];
        *item = boxes->items.items[i];
        item->name = or_else(item->name, boxes->name);
        if (!boxes->fieldset)
            item->described_by = boxes->described_by;
        choice_fill(arena, item, choice_id(arena, boxes->id_prefix, i));
        item->label.classes = choice_class(arena, "govuk-checkboxes__label", item->label.classes);
        item->hint.classes = choice_class(arena, "govuk-checkboxes__hint", item->hint.classes);
        for (size_t j = 0; j < boxes->values.len; j++)
            if (view_eq(boxes->values.items[j].text, item->value))
                item->checked = true;
    }
    boxes->items.items = items;
}

static struct view capital(struct arena *arena, struct view word)
{
    struct view copy = arena_copy(arena, word);
    if (copy.len == 0)
        return copy;
    return arena_printf(
        arena, "%c%.*s", toupper((unsigned char)copy.ptr[0]), VIEW_ARG(view_from(copy, 1)));
}

static void date_part_fill(struct arena *arena, const struct date_input_view *date,
    struct date_part_view *part, struct view name)
{
    part->name = or_else(part->name, name);
    bool any_own_error = date->day.error || date->month.error || date->year.error;
    bool marked = part->error || (date->error_message.text.len > 0 && !any_own_error);
    bool year = view_eq_text(name, "year");
    part->input = (struct input_view){
        .label = {.text = or_else(part->label, capital(arena, part->name)),
            .classes = VIEW("govuk-date-input__label")},
        .id = arena_printf(arena, "%.*s-%.*s", VIEW_ARG(date->id), VIEW_ARG(part->name)),
        .classes = arena_printf(arena, "govuk-date-input__input%s govuk-input--width-%d",
            marked ? " govuk-input--error" : "", year ? 4 : 2),
        .name = joined(arena, date->name_prefix, "-", part->name),
        .value = part->value,
        .inputmode = VIEW("numeric"),
    };
    input_fill(arena, &part->input);
}

void date_input_fill(struct arena *arena, struct date_input_view *date)
{
    date->described_by =
        describe(arena, date->id, date->fieldset_described_by, &date->hint, &date->error_message);
    date_part_fill(arena, date, &date->day, VIEW("day"));
    date_part_fill(arena, date, &date->month, VIEW("month"));
    date_part_fill(arena, date, &date->year, VIEW("year"));
}

void error_summary_fill(struct arena *arena, struct error_summary_view *summary)
{
    (void)arena;
    summary->title_text = or_else(summary->title_text, TEXT_component_problem);
    summary->any = summary->error_list.len > 0;
}

void table_fill(struct arena *arena, struct table_view *table)
{
    table->has_head = table->head.len > 0;
    if (!table->first_cell_is_header)
        return;
    struct row_view *rows = arena_array(arena, table->rows.len, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < table->rows.len; i++) {
        rows[i] = table->rows.items[i];
        struct cell_view *cells = arena_array(arena, rows[i].cells.len, sizeof *cells);
        for (size_t j = 0; cells != NULL && j < rows[i].cells.len; j++) {
            cells[j] = rows[i].cells.items[j];
            cells[j].is_header = j == 0;
        }
        rows[i].cells.items = cells;
    }
    table->rows.items = rows;
}

void summary_list_fill(struct arena *arena, struct summary_list_view *list)
{
    bool any = false;
    for (size_t i = 0; i < list->rows.len; i++)
        any = any || list->rows.items[i].actions.len > 0;
    struct summary_row_view *rows = arena_array(arena, list->rows.len, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < list->rows.len; i++) {
        rows[i] = list->rows.items[i];
        rows[i].no_actions = any && rows[i].actions.len == 0;
        rows[i].one_action = rows[i].actions.len == 1;
        rows[i].many_actions = rows[i].actions.len > 1;
    }
    list->rows.items = rows;
}
