/* Some people of the source made ready to be sent: read, mapped, what has an outcome already passed
 * over, registered at the edge, sealed, written out. What is left are bytes; the rows are gone. */
#ifndef IMPORT_RM_LOAD_H
#define IMPORT_RM_LOAD_H

#include "codec/cloudevent.h"
#include "edge/edge.h"
#include "import-rm/source.h"

#include <stdio.h>

/* A command as it goes to Kafka. */
struct letter {
    struct uuid id;
    enum command_type type;
    struct view value;             /* framed */
    struct cloudevent *attributes; /* in the arena of its mail */
};

/* All that is still to be sent of one person, in order. */
struct mail {
    struct arena *arena; /* its own: made when it is filled first */
    struct uuid person;
    struct letter *letters;
    size_t len;
};
void mail_done(struct mail *mail);

struct load_conf {
    struct pg *source;
    struct pg *target; /* reads schema read */
    struct edge *edge;
    struct uuid space; /* of command ids */
    FILE *out;         /* refusals of earlier runs, claims of others: a line each */
};
struct load_totals {
    size_t commands;          /* all of these people */
    size_t accepted, refused; /* those with an outcome from before */
};

/* Fills a mail for each of the people, in no particular order; ret_totals is added to. One
 * transaction at the edge, committed: everything in the mails may be produced. */
res_t load_people(const struct load_conf *conf, const struct rm_rows *crns, struct mail *mails[],
    struct load_totals *ret_totals) MUST_USE;

/* Prints a refusal: names of codes and fields alone. */
void print_refusal(
    FILE *out, enum command_type type, struct uuid id, struct view code, struct view field);

#endif
