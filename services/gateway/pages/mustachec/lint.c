/* The HTML rules of the templates: words come from the catalogue, links from the route table,
 * attributes stand in double quotes, nothing runs or styles inline. */
#include "mustachec.h"

#include <ctype.h>
#include <string.h>

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(name, *list) == 0)
            return true;
    return false;
}

static const char *const link_attributes[] = {"href", "action", "formaction", "src", NULL};
static const char *const word_attributes[] = {"alt", "title", "placeholder", "aria-label",
    "aria-roledescription", "aria-description", "aria-valuetext", "label", NULL};

static void check_attribute(const struct html *html, struct place place)
{
    if (strncmp(html->word, "on", 2) == 0 || strcmp(html->word, "style") == 0 ||
        strcmp(html->word, "srcdoc") == 0)
        stop_at(
            place, "attribute '%s' is not allowed: scripts and styles stand in files", html->word);
}

static void add_to_word(struct html *html, char c, struct place place)
{
    if (!html->word_open)
        html->word[0] = '\0';
    html->word_open = true;
    size_t len = strlen(html->word);
    if (len + 1 == HTML_WORD_MAX)
        stop_at(place, "the name '%s...' is too long", html->word);
    html->word[len] = (char)tolower((unsigned char)c);
    html->word[len + 1] = '\0';
}

static void end_word(struct html *html, struct place place)
{
    if (html->word_open && html->element[0] == '\0')
        memcpy(html->element, html->word, sizeof html->element);
    html->word_open = false;
    if (strcmp(html->element, "style") == 0)
        stop_at(place, "<style> is not allowed");
}

/* Within <...>: names, '=' and quotes. */
static void read_tag(struct html *html, char c, struct place place)
{
    char last = html->last;
    html->last = c;
    if (isalnum((unsigned char)c) || c == '-') {
        if (last == '=')
            stop_at(place, "attribute values stand in double quotes");
        add_to_word(html, c, place);
        return;
    }
    end_word(html, place);
    if (c == '>') {
        html->state = HTML_TEXT;
    } else if (c == '"') {
        if (last != '=')
            stop_at(place, "a quote stands where no value begins");
        check_attribute(html, place);
        html->state = HTML_VALUE;
        html->fragment = false;
        html->last = '\0';
    } else if (c == '\'' || last == '=') {
        stop_at(place, "attribute values stand in double quotes");
    }
}

static void read_text(struct html *html, char c, char next, struct place place)
{
    if (c == '<' && next == '!') {
        html->state = HTML_COMMENT;
    } else if (c == '<') {
        *html = (struct html){.state = HTML_TAG};
    } else if (isalnum((unsigned char)c) || (unsigned char)c >= 0x80) {
        stop_at(place, "words stand in the text catalogue: {{text.key}}");
    }
}

static void read_value(struct html *html, char c, struct place place)
{
    bool first = html->last == '\0';
    html->last = c;
    if (c == '"') {
        html->state = HTML_TAG;
    } else if (isalpha((unsigned char)c) && is_one_of(html->word, word_attributes)) {
        stop_at(place, "the words of '%s' stand in the text catalogue", html->word);
    } else if (is_one_of(html->word, link_attributes)) {
        html->fragment = html->fragment || (first && c == '#');
        if (!html->fragment)
            stop_at(place, "links come from the route table: %s=\"{{link}}\"", html->word);
    }
}

void html_literal(struct html *html, struct view text, struct place place)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        place.line += c == '\n';
        switch (html->state) {
        case HTML_TEXT:
            read_text(html, c, i + 1 < text.len ? text.ptr[i + 1] : ' ', place);
            break;
        case HTML_TAG:
            read_tag(html, c, place);
            break;
        case HTML_VALUE:
            read_value(html, c, place);
            break;
        case HTML_COMMENT:
            if (c == '>')
                html->state = HTML_TEXT;
            break;
        }
    }
}

void html_variable(struct html *html, enum member_kind kind, struct place place)
{
    if (html->state == HTML_TAG || html->state == HTML_COMMENT)
        stop_at(place, "a variable stands in text or between double quotes");
    bool link_place = html->state == HTML_VALUE && is_one_of(html->word, link_attributes);
    if (link_place && !html->fragment && kind != MEMBER_LINK)
        stop_at(place, "%s takes only a struct link, from the route table", html->word);
    if (kind == MEMBER_LINK && !link_place)
        stop_at(place, "a struct link stands in href, action or src");
    html->last = 'x';
}

bool html_same(const struct html *a, const struct html *b)
{
    return a->state == b->state && (a->state != HTML_VALUE || strcmp(a->word, b->word) == 0);
}
