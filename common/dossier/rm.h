/* A referral in the words of Refer and Monitor, for its consumers. Pure. */
#ifndef DOSSIER_RM_H
#define DOSSIER_RM_H

#include "dossier/dossier.h"

/* The same facts in Refer and Monitor's words; "" = blank. Constant texts. */
struct rm_values {
    const char *tab;              /* open, unassigned (an open one), completed, cancelled */
    const char *status;           /* PRE_ICA, POST_ICA */
    const char *delivery_state;   /* of the referral's row: NOT_DELIVERING_YET, ... */
    const char *event_state;      /* deliveryState of its ending event */
    const char *withdrawal_state; /* PRE_ICA_WITHDRAWAL, ... */
    const char *end_state;        /* completed, cancelled, ended */
    const char *sas;              /* WITHDRAWN, COMPLETED, LIVE */
};
struct rm_values rm_values_of(const struct dossier_referral *referral);

#endif
