/* What becomes of connections: rules of the proxy, while they last. */
#include "fault.h"
#include "proxy.h"
#include "rng.h"

#include <string.h>

static void tell(struct fault *fault, struct rule rule)
{
    char control[512];
    snprintf(control, sizeof(control), "%s/proxy.control", fault->scene->flow);
    proxy_tell(control, fault->kind->where, fault->victim, rule);
}

void act_net(struct fault *fault)
{
    const struct fault_kind *kind = fault->kind;
    tell(fault, (struct rule){(enum rule_kind)kind->rule,
                    rng_between(&fault->rng, kind->value[0], kind->value[1])});
}

void act_net_end(struct fault *fault)
{
    tell(fault, (struct rule){.kind = RULE_NONE});
}
