/* Inside tests/support: the body of a command, with its meta filled in. */
#ifndef SUPPORT_BODY_H
#define SUPPORT_BODY_H

#include "support/story.h"

/* Sealed fields hold some bytes: nobody here opens them. */
#define SEALED VIEW("sealed")
#define PUT(ptr, BIT, field, value) ((ptr)->field = (value), SET((ptr), BIT))

/* Of the sender, the time and the referral that the story stands at; everything else absent. */
#define BODY(story, type) ((struct type *)new_body((story), sizeof(struct type)))
void *new_body(struct story *story, size_t size);

#define LIST(story, type, ...)                                                                     \
    ((void *)list_of((story), (const type[]){__VA_ARGS__}, sizeof((const type[]){__VA_ARGS__})))
void *list_of(struct story *story, const void *items, size_t size);

#endif
