/* Every handler that the route table names. */
#ifndef GATEWAY_HANDLERS_H
#define GATEWAY_HANDLERS_H

#include "gateway/route.h"

handler_fn command_handle;

handler_fn people_handle;
handler_fn outcome_handle;
handler_fn services_handle;
handler_fn caseload_handle;
handler_fn search_handle;
handler_fn referral_handle;
handler_fn risk_handle;
handler_fn flows_handle;
handler_fn live_health_handle;
handler_fn ready_health_handle;
handler_fn metrics_handle;
handler_fn openapi_handle;

handler_fn live_handle;
handler_fn asset_handle;
handler_fn icon_handle;
handler_fn home_page;
handler_fn sign_in_post;
handler_fn sign_out_post;
handler_fn today_page;
handler_fn cases_page;
handler_fn flows_page;
handler_fn outcome_page;
handler_fn assign_page;
handler_fn referral_page;
handler_fn risk_page;
handler_fn book_page;
handler_fn record_page;
handler_fn share_risk_page;
handler_fn form_post;

#endif
