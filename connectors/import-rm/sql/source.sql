-- What is read of the source, one query a kind, each for some CRNs ($1), every column as text (times in
-- UTC as RFC 3339; several values in one column stand apart by the unit separator, \x1f). The order of
-- columns is that of the enums in source.h, and after them the CRN; rows are in its order first. The
-- program splits this file at lines "--! name".

--! people
SELECT service_usercrn FROM referral WHERE sent_at IS NOT NULL
GROUP BY service_usercrn ORDER BY min(sent_at), service_usercrn;

--! people_count
SELECT count(DISTINCT service_usercrn)::text FROM referral WHERE sent_at IS NOT NULL;

--! risks
SELECT supplementary_risk_id::text, pg_temp.rm_time(min(sent_at)), (array_agg(sent_by_id ORDER BY sent_at, id))[1],
  service_usercrn
FROM referral WHERE service_usercrn = ANY ($1) AND sent_at IS NOT NULL AND supplementary_risk_id IS NOT NULL
GROUP BY service_usercrn, supplementary_risk_id
ORDER BY service_usercrn COLLATE "C", min(sent_at), supplementary_risk_id;

--! referrals
SELECT r.id::text, pg_temp.rm_time(r.created_at), pg_temp.rm_time(r.sent_at), r.sent_by_id, r.created_by_id,
  r.reference_number, r.intervention_id::text, r.relevant_sentence_id::text,
  r.relevant_sentence_end_date::text, r.accessibility_needs, r.additional_needs_information,
  r.needs_interpreter::text, r.interpreter_language, r.has_additional_responsibilities::text,
  r.when_unavailable, pg_temp.rm_time(r.concluded_at),
  u.title, u.first_name, u.last_name, u.dob::text, u.gender, u.ethnicity, u.preferred_language,
  u.religion_or_belief, array_to_string(u.disabilities, E'\x1f'),
  d.id::text, pg_temp.rm_time(d.created_at), d.created_by, d.reason_for_change, d.completion_deadline::text,
  coalesce(d.reason_for_referral_further_information, d.further_information),
  d.maximum_enforceable_days::text, d.reason_for_referral, d.reason_for_referral_before_allocation,
  c.contract_reference, t.code, t.name, c.prime_provider_id, c.nps_region_id::text, c.pcc_region_id,
  c.allows_female::text, c.allows_male::text, c.minimum_age::text, c.maximum_age::text,
  c.referral_start_date::text, (c.referral_end_at AT TIME ZONE 'Europe/London')::date::text,
  (SELECT string_agg(s.subcontractor_provider_id, E'\x1f' ORDER BY s.subcontractor_provider_id)
   FROM dynamic_framework_contract_sub_contractor s WHERE s.dynamic_framework_contract_id = c.id),
  (SELECT string_agg(k.service_category_id::text, E'\x1f' ORDER BY k.service_category_id)
   FROM contract_type_service_category k WHERE k.contract_type_id = t.id),
  l.type::text, l.prison_id, l.expected_release_date::text, l.expected_release_date_missing_reason,
  l.referral_releasing_12_weeks::text, l.expected_probation_office,
  l.expected_probation_office_unknown_reason,
  coalesce(p.name, p.ndelius_name), coalesce(p.email_address, p.ndelius_email_address),
  coalesce(p.pdu, p.ndelius_pdu), p.probation_office,
  coalesce(p.pp_telephone_number, p.ndelius_pp_telephone_number),
  coalesce(p.pp_team_telephone_number, p.ndelius_pp_team_telephone_number),
  e.withdrawn::text, pg_temp.rm_time(r.end_requested_at), r.end_requested_by_id, e.code,
  r.end_requested_reason_code,
  nullif(concat_ws(E'\n', r.withdrawal_comments, r.end_requested_comments), ''),
  CASE WHEN NOT e.reported_last OR NOT EXISTS (SELECT FROM end_of_service_report x
    WHERE x.referral_id = r.id AND x.submitted_at IS NOT NULL) THEN pg_temp.rm_time(r.concluded_at) END,
  r.service_usercrn
FROM referral r JOIN rm_end e ON e.referral_id = r.id
JOIN intervention i ON i.id = r.intervention_id
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
JOIN contract_type t ON t.id = c.contract_type_id
LEFT JOIN referral_service_user_data u ON u.referral_id = r.id
LEFT JOIN LATERAL (SELECT * FROM referral_details x WHERE x.referral_id = r.id
  ORDER BY x.created_at, x.id LIMIT 1) d ON true
LEFT JOIN rm_location rl ON rl.referral_id = r.id LEFT JOIN referral_location l ON l.id = rl.id
LEFT JOIN rm_practitioner rp ON rp.referral_id = r.id LEFT JOIN probation_practitioner_details p ON p.id = rp.id
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", r.sent_at, r.id;

--! categories
SELECT s.referral_id::text, s.service_category_id::text,
  (SELECT x.complexity_level_ids::text FROM referral_complexity_level_ids x
   WHERE x.referral_id = s.referral_id AND x.complexity_level_ids_key = s.service_category_id),
  (SELECT string_agg(o.desired_outcome_id::text, E'\x1f' ORDER BY o.desired_outcome_id)
   FROM referral_desired_outcome o
   WHERE o.referral_id = s.referral_id AND o.service_category_id = s.service_category_id),
  r.service_usercrn
FROM referral_selected_service_category s JOIN referral r ON r.id = s.referral_id
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", s.referral_id, s.service_category_id;

--! sessions
SELECT s.referral_id::text, 'supplier_assessment', s.id::text, '0',
  r.service_usercrn COLLATE "C"
FROM supplier_assessment s
JOIN referral r ON r.id = s.referral_id WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
UNION ALL
SELECT s.referral_id::text, 'delivery_session', s.id::text, s.session_number::text, r.service_usercrn
FROM delivery_session s
JOIN referral r ON r.id = s.referral_id WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY 5, 1, 2, 4, 3;

--! assignments
SELECT g.referral_id::text, pg_temp.rm_time(g.assigned_at), g.assigned_by_id, g.assigned_to_id,
  c.prime_provider_id, r.service_usercrn
FROM referral_assignments g JOIN referral r ON r.id = g.referral_id
JOIN intervention i ON i.id = r.intervention_id
JOIN dynamic_framework_contract c ON c.id = i.dynamic_framework_contract_id
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", g.referral_id, g.assigned_at, g.assigned_to_id;

--! plans
SELECT p.referral_id::text, p.id::text, p.number_of_sessions::text, pg_temp.rm_time(p.created_at), p.created_by_id,
  pg_temp.rm_time(p.submitted_at), p.submitted_by_id, pg_temp.rm_time(p.approved_at), p.approved_by_id,
  r.service_usercrn
FROM action_plan p JOIN referral r ON r.id = p.referral_id
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND p.submitted_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", p.referral_id, p.submitted_at, p.id;

--! activities
SELECT v.action_plan_id::text, v.id::text, v.description, pg_temp.rm_time(v.created_at), r.service_usercrn
FROM action_plan_activity v JOIN action_plan p ON p.id = v.action_plan_id
JOIN referral r ON r.id = p.referral_id WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", v.action_plan_id, v.created_at, v.id;

--! appointments
SELECT l.referral_id::text, l.kind, l.session_id::text, l.session::text, a.id::text,
  pg_temp.rm_time(a.appointment_time), a.duration_in_minutes::text, pg_temp.rm_time(a.created_at), a.created_by_id,
  a.attended::text, a.did_session_happen::text, a.late::text, a.late_reason,
  a.no_session_reason_type::text,
  coalesce(a.no_session_reason_pop_acceptable, a.no_session_reason_pop_unacceptable,
    a.no_session_reason_logistics),
  nullif(concat_ws(E'\n', a.session_summary, a.additional_attendance_information,
    CASE WHEN a.attended IN ('YES', 'LATE')
      THEN coalesce(a.no_attendance_information, a.attendance_failure_information) END), ''),
  a.session_response, a.session_concerns, a.future_session_plans,
  CASE WHEN a.attended = 'NO'
    THEN coalesce(a.no_attendance_information, a.attendance_failure_information) END,
  coalesce(a.session_behaviour, a.attendance_behaviour),
  coalesce(a.notify_probation_practitioner_of_behaviour, a.notifyppof_attendance_behaviour)::text,
  a.notify_probation_practitioner_of_concerns::text,
  pg_temp.rm_time(a.attendance_submitted_at), a.attendance_submitted_by_id,
  pg_temp.rm_time(a.attendance_behaviour_submitted_at), a.attendance_behaviour_submitted_by_id,
  pg_temp.rm_time(a.session_feedback_submitted_at), a.session_feedback_submitted_by_id,
  pg_temp.rm_time(a.appointment_feedback_submitted_at), a.appointment_feedback_submitted_by_id,
  a.delius_appointment_id::text, a.referral_id::text,
  d.appointment_delivery_type::text, d.nps_office_code, d.appointment_session_type::text,
  b.first_address_line, b.second_address_line, b.town_city, b.county, b.post_code,
  n.second::text, l.step, l.last::text, l.newest::text, m.delius_appointment_id::text,
  a.superseded_by_appointment_id::text,
  CASE WHEN t.reschedule_requested_by = 'Service Provider' THEN 'provider'
    WHEN t.reschedule_requested_by IS NOT NULL THEN 'person' END, t.rescheduled_reason, l.crn
FROM rm_link l JOIN referral r ON r.id = l.referral_id JOIN appointment a ON a.id = l.appointment_id
JOIN appointment h ON h.id = l.head
JOIN appointment m ON m.id = l.newest
JOIN rm_link n ON n.session_id = l.session_id AND n.appointment_id = l.newest
LEFT JOIN appointment t ON t.id = l.told
LEFT JOIN appointment_delivery d ON d.appointment_id = a.id
LEFT JOIN appointment_delivery_address b ON b.appointment_delivery_id = a.id
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL AND l.step <> 'stale'
ORDER BY l.crn COLLATE "C", l.referral_id, h.created_at, h.id, l.session, l.session_id, l.place;

--! reports
SELECT e.referral_id::text, e.id::text, pg_temp.rm_time(e.created_at), e.created_by_id, pg_temp.rm_time(e.submitted_at),
  e.submitted_by_id, e.further_information, pg_temp.rm_time(r.concluded_at), r.service_usercrn
FROM end_of_service_report e JOIN referral r ON r.id = e.referral_id JOIN rm_end n ON n.referral_id = r.id
WHERE r.service_usercrn = ANY ($1) AND e.submitted_at IS NOT NULL AND n.reported_last
ORDER BY r.service_usercrn COLLATE "C", e.referral_id, e.submitted_at, e.id;

--! report_outcomes
SELECT o.end_of_service_report_id::text, o.desired_outcome_id::text, o.achievement_level,
  o.progression_comments, o.additional_task_comments, r.service_usercrn
FROM end_of_service_report_outcome o JOIN end_of_service_report e ON e.id = o.end_of_service_report_id
JOIN referral r ON r.id = e.referral_id WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", o.end_of_service_report_id, o.desired_outcome_id;

--! case_notes
SELECT n.referral_id::text, n.id::text, n.subject, n.body, pg_temp.rm_time(n.sent_at), n.sent_by_id,
  r.service_usercrn
FROM case_note n JOIN referral r ON r.id = n.referral_id
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL
ORDER BY r.service_usercrn COLLATE "C", n.referral_id, n.sent_at, n.id;
