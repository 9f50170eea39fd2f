/* What a browser without script does: cookies, forms, redirects it is told of; and one event
 * stream. */
#ifndef FLOW_BROWSER_H
#define FLOW_BROWSER_H

#include "api.h"

struct browser {
    struct api *api;
    char cookie[512];
};
struct http_reply browser_get(struct browser *browser, const char *path);
/* A form's fields, encoded already, after those that the page's form hides; `page` is where it
 * stands. */
struct http_reply browser_send(
    struct browser *browser, struct view page, const char *path, const char *fields);
/* The fields exactly as given. */
struct http_reply browser_post(struct browser *browser, const char *path, struct view fields);
bool browser_sign_in(struct browser *browser, const char *user);
/* The value of the page's hidden field. */
struct view hidden(struct view page, const char *name);
bool leads_to(const struct http_reply *reply, const char *path);
bool page_has(const struct http_reply *reply, const char *text);

/* Reads a stream on its own thread until an event "change" or 15 s are over. */
struct listener;
struct listener *listen_start(struct browser *browser, const char *path);
/* Waits until the stream is open. */
bool listen_open(struct listener *listener);
/* Whether a change was told. Frees it. */
bool listen_changed(struct listener *listener);

#endif
