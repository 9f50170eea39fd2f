/* Every handler that the route table names. */
#ifndef GATEWAY_HANDLERS_H
#define GATEWAY_HANDLERS_H

#include "gateway/route.h"

handler_fn command_handle;

handler_fn people_handle;
handler_fn outcome_handle;
handler_fn services_handle;
handler_fn caseload_handle;
handler_fn referral_handle;
handler_fn risk_handle;
handler_fn flows_handle;
handler_fn live_health_handle;
handler_fn ready_health_handle;
handler_fn metrics_handle;
handler_fn openapi_handle;

#endif
