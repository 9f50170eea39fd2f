-- The source once more, cell by cell, for the comparison after an import: one query a table, each for
-- some CRNs ($1), giving the command a row became (table and key, as map.c makes them), the part of it
-- that the row is (or NULL), the column and its value as text. Nulls are left out.

--! referral
SELECT 'referral', r.id || CASE WHEN e.key ~ '^(end_requested|withdrawal)_' THEN ':withdrawal' ELSE '' END,
  NULL::text, e.key, e.value
FROM referral r, jsonb_each_text(to_jsonb(r)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_service_user_data
SELECT 'referral', u.referral_id::text, NULL::text, e.key, e.value
FROM referral_service_user_data u JOIN referral r ON r.id = u.referral_id,
  jsonb_each_text(to_jsonb(u) || jsonb_build_object('disabilities', array_to_string(u.disabilities, E'\x1f'))) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_details
SELECT 'referral', d.referral_id::text, NULL::text, e.key, e.value
FROM referral_details d JOIN referral r ON r.id = d.referral_id, jsonb_each_text(to_jsonb(d)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL
  AND NOT EXISTS (SELECT FROM referral_details o WHERE o.superseded_by_id = d.id);

--! referral_location
SELECT 'referral', l.referral_id::text, NULL::text, e.key, e.value
FROM referral r JOIN rm_location m ON m.referral_id = r.id JOIN referral_location l ON l.id = m.id,
  jsonb_each_text(to_jsonb(l)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! probation_practitioner_details
-- What a user entered wins over nDelius' own; where the two differ, the row is named.
SELECT 'referral', p.referral_id::text, NULL::text, e.key, e.value
FROM referral r JOIN rm_practitioner m ON m.referral_id = r.id
JOIN probation_practitioner_details p ON p.id = m.id, jsonb_each_text(to_jsonb(p)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL
  AND (e.key !~ '^ndelius_' OR coalesce(to_jsonb(p) ->> substr(e.key, 9), e.value) = e.value);

--! referral_selected_service_category
SELECT 'referral', s.referral_id::text, s.service_category_id::text, e.key, e.value
FROM referral_selected_service_category s JOIN referral r ON r.id = s.referral_id,
  jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_complexity_level_ids
SELECT 'referral', s.referral_id::text, s.complexity_level_ids_key::text, e.key, e.value
FROM referral_complexity_level_ids s JOIN referral r ON r.id = s.referral_id,
  jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_desired_outcome
SELECT 'referral', s.referral_id::text, s.service_category_id::text, e.key, e.value
FROM referral_desired_outcome s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_assignments
SELECT 'referral_assignments', g.referral_id || ':' || pg_temp.rm_time(g.assigned_at) || ':' || g.assigned_to_id,
  NULL::text, e.key, e.value
FROM referral_assignments g JOIN referral r ON r.id = g.referral_id, jsonb_each_text(to_jsonb(g)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! supplier_assessment
SELECT 'referral', s.referral_id::text, s.id::text, e.key, e.value
FROM supplier_assessment s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! delivery_session
SELECT 'referral', s.referral_id::text, s.id::text, e.key, e.value
FROM delivery_session s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! appointment
SELECT l.stated_table, l.stated_key ||
  CASE WHEN l.step <> 'alone' AND l.last AND a.attended IS NOT NULL THEN pg_temp.rm_outcome(e.key) ELSE '' END,
  NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id JOIN appointment a ON a.id = l.appointment_id,
  jsonb_each_text(to_jsonb(a)) e
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL AND (l.step IN ('alone', 'book', 'move')
  OR l.step = 'same' AND l.last AND a.attended IS NOT NULL AND pg_temp.rm_outcome(e.key) <> '');

--! reschedule
SELECT l.stated_table, l.stated_key, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id JOIN appointment t ON t.id = l.told,
  jsonb_each_text(jsonb_build_object('reschedule_requested_by', t.reschedule_requested_by,
    'rescheduled_reason', t.rescheduled_reason)) e
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! link
SELECT l.stated_table, l.stated_key, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id,
  jsonb_each_text(jsonb_build_object('referral_id', l.referral_id, 'session', l.session)) e
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL
  AND (l.step IN ('alone', 'book') OR l.step = 'move' AND e.key = 'referral_id');

--! appointment_delivery
SELECT l.stated_table, l.stated_key, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id
JOIN appointment_delivery d ON d.appointment_id = l.appointment_id, jsonb_each_text(to_jsonb(d)) e
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL AND l.step IN ('alone', 'book', 'move')
  AND e.value IS NOT NULL;

--! appointment_delivery_address
SELECT l.stated_table, l.stated_key, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id
JOIN appointment_delivery_address b ON b.appointment_delivery_id = l.appointment_id,
  jsonb_each_text(to_jsonb(b)) e
WHERE l.crn = ANY ($1) AND r.sent_at IS NOT NULL AND l.step IN ('alone', 'book', 'move')
  AND e.value IS NOT NULL;

--! case_note
SELECT 'case_note', n.id::text, NULL::text, e.key, e.value
FROM case_note n JOIN referral r ON r.id = n.referral_id, jsonb_each_text(to_jsonb(n)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! action_plan
SELECT 'action_plan', p.id || CASE WHEN e.key LIKE 'approved%' THEN ':approved' ELSE '' END, NULL::text,
  e.key, e.value
FROM action_plan p JOIN referral r ON r.id = p.referral_id, jsonb_each_text(to_jsonb(p)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND p.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! action_plan_activity
SELECT 'action_plan', v.action_plan_id::text, v.id::text, e.key, e.value
FROM action_plan_activity v JOIN action_plan p ON p.id = v.action_plan_id
JOIN referral r ON r.id = p.referral_id, jsonb_each_text(to_jsonb(v)) e
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND p.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! end_of_service_report
SELECT 'end_of_service_report', s.id::text, NULL::text, e.key, e.value
FROM end_of_service_report s JOIN rm_end n ON n.referral_id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE n.crn = ANY ($1) AND s.submitted_at IS NOT NULL AND n.reported_last AND e.value IS NOT NULL;

--! end_of_service_report_outcome
SELECT 'end_of_service_report', o.end_of_service_report_id::text, o.desired_outcome_id::text, e.key, e.value
FROM end_of_service_report_outcome o JOIN end_of_service_report s ON s.id = o.end_of_service_report_id
JOIN rm_end n ON n.referral_id = s.referral_id, jsonb_each_text(to_jsonb(o)) e
WHERE n.crn = ANY ($1) AND s.submitted_at IS NOT NULL AND n.reported_last AND e.value IS NOT NULL;

--! risk
SELECT DISTINCT 'risk', r.service_usercrn || ':' || r.supplementary_risk_id, NULL::text,
  'supplementary_risk_id', r.supplementary_risk_id::text
FROM referral r
WHERE r.service_usercrn = ANY ($1) AND r.sent_at IS NOT NULL AND r.supplementary_risk_id IS NOT NULL;

--! end
SELECT CASE WHEN s.id IS NULL THEN 'referral' ELSE 'end_of_service_report' END,
  coalesce(s.id::text, r.id || ':withdrawal'), NULL::text, 'concluded_at', to_jsonb(r.concluded_at) #>> '{}'
FROM referral r JOIN rm_end n ON n.referral_id = r.id
LEFT JOIN end_of_service_report s ON s.referral_id = r.id AND s.submitted_at IS NOT NULL AND n.reported_last
WHERE r.service_usercrn = ANY ($1) AND r.concluded_at IS NOT NULL AND (n.withdrawn OR s.id IS NOT NULL);
