/* Forms: what every one carries, what was typed, what is wrong with it. */
#include <string.h>

#include "gateway/pages/page.h"

struct form_view page_form(struct page *page, struct link action, int64_t seen, struct view send)
{
    struct form_view form = {
        .action = action,
        .csrf = page->frame->csrf,
        .command = arena_printf(page->arena, "%s", uuid_text(page->frame->command).text),
        .seen = arena_printf(page->arena, "%lld", (long long)seen),
        .send = {.text = send, .prevent_double_click = true},
    };
    button_fill(page->arena, &form.send);
    return form;
}

/* "/feedback/summary" -> ".feedback.summary"; places in lists ("/workers/0") fall away. */
static struct view dotted(struct page *page, struct view pointer)
{
    struct buf out = {.limit = 200};
    for (struct view rest = view_from(pointer, 1); rest.ptr != NULL && rest.len > 0;) {
        struct view step = view_cut(&rest, '/');
        int64_t index;
        if (view_to_i64(step, &index))
            continue;
        buf_byte(&out, '.');
        buf_view(&out, step);
    }
    struct view text = arena_copy(page->arena, buf_as_view(&out));
    buf_done(&out);
    return text;
}

/* The most particular text there is: of code and pointer, of code and the pointer's last name, of
 * the code. */
struct view page_error_text(struct page *page, const struct page_error *error)
{
    if (error->message.len > 0)
        return error->message;
    struct view tail = dotted(page, error->pointer);
    struct view text = VIEW_NONE;
    while (tail.len > 0 && text.len == 0) {
        struct view key =
            arena_printf(page->arena, "%.*s%.*s", VIEW_ARG(error->code), VIEW_ARG(tail));
        text = words_lookup("error.", key, "");
        size_t next = view_find(view_from(tail, 1), '.');
        tail = view_from(tail, next + 1);
    }
    if (text.len == 0)
        text = words_lookup("refusal.", error->code, "");
    if (text.len == 0)
        text = TEXT_refusal_other;
    return words_fill(page->arena, text, error->arguments);
}

static bool is_at(struct view pointer, const char *place)
{
    struct view start = view_of(place);
    return view_starts(pointer, start) &&
           (pointer.len == start.len || pointer.ptr[start.len] == '/');
}

struct error_message_view page_error_at(struct page *page, const char *pointer)
{
    const struct page_form *form = &page->frame->form;
    for (size_t i = 0; i < form->error_count; i++)
        if (is_at(form->errors[i].pointer, pointer))
            return (struct error_message_view){.text = page_error_text(page, &form->errors[i])};
    return (struct error_message_view){0};
}

struct view page_kept(const struct page *page, const char *name, struct view known)
{
    const struct page_form *form = &page->frame->form;
    for (size_t i = 0; i < form->kept_count; i++)
        if (view_eq_text(form->kept[i].name, name))
            return form->kept[i].value;
    return form->kept_count > 0 ? VIEW_NONE : known;
}

void page_kept_all(struct page *page, const char *name, struct checkboxes_view *boxes)
{
    const struct page_form *form = &page->frame->form;
    if (form->kept_count == 0)
        return;
    struct value_view *values = arena_array(page->arena, form->kept_count, sizeof *values);
    size_t n = 0;
    for (size_t i = 0; values != NULL && i < form->kept_count; i++)
        if (view_eq_text(form->kept[i].name, name))
            values[n++].text = form->kept[i].value;
    boxes->values.items = values;
    boxes->values.len = n;
}

struct legend_view legend_of(struct view text)
{
    return (struct legend_view){.text = text, .classes = VIEW("govuk-fieldset__legend--s")};
}

struct label_view label_of(struct view text)
{
    return (struct label_view){.text = text, .classes = VIEW("govuk-label--s")};
}

struct hint_view hint_of(struct view text)
{
    return (struct hint_view){.text = text};
}

struct date_input_view page_date(
    struct page *page, const char *name, const char *pointer, struct view legend)
{
    struct date_input_view date = {.id = view_of(name),
        .name_prefix = view_of(name),
        .fieldset = true,
        .legend = legend_of(legend),
        .error_message = page_error_at(page, pointer)};
    const struct {
        struct date_part_view *part;
        const char *suffix;
    } parts[] = {{&date.day, "day"}, {&date.month, "month"}, {&date.year, "year"}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        const char *field = arena_printf(page->arena, "%s-%s", name, parts[i].suffix).ptr;
        if (field != NULL)
            parts[i].part->value = page_kept(page, field, VIEW_NONE);
    }
    date_input_fill(page->arena, &date);
    return date;
}
