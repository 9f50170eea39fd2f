-- The source once more, cell by cell, for the comparison after an import: one query a table, each for
-- one CRN ($1), giving the command a row became (table and key, as map.c makes them), the part of it
-- that the row is (or NULL), the column and its value as text. Nulls are left out.

--! referral
SELECT 'referral', r.id::text, NULL::text, e.key, e.value
FROM referral r, jsonb_each_text(to_jsonb(r)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_service_user_data
SELECT 'referral', u.referral_id::text, NULL::text, e.key, e.value
FROM referral_service_user_data u JOIN referral r ON r.id = u.referral_id,
  jsonb_each_text(to_jsonb(u) || jsonb_build_object('disabilities', array_to_string(u.disabilities, E'\x1f'))) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_details
SELECT 'referral', d.referral_id::text, NULL::text, e.key, e.value
FROM referral_details d JOIN referral r ON r.id = d.referral_id, jsonb_each_text(to_jsonb(d)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL
  AND NOT EXISTS (SELECT FROM referral_details o WHERE o.superseded_by_id = d.id);

--! referral_location
SELECT 'referral', l.referral_id::text, NULL::text, e.key, e.value
FROM referral_location l JOIN referral r ON r.id = l.referral_id, jsonb_each_text(to_jsonb(l)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! probation_practitioner_details
SELECT 'referral', p.referral_id::text, NULL::text, e.key, e.value
FROM probation_practitioner_details p JOIN referral r ON r.id = p.referral_id,
  jsonb_each_text(to_jsonb(p)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_selected_service_category
SELECT 'referral', s.referral_id::text, s.service_category_id::text, e.key, e.value
FROM referral_selected_service_category s JOIN referral r ON r.id = s.referral_id,
  jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_complexity_level_ids
SELECT 'referral', s.referral_id::text, s.complexity_level_ids_key::text, e.key, e.value
FROM referral_complexity_level_ids s JOIN referral r ON r.id = s.referral_id,
  jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_desired_outcome
SELECT 'referral', s.referral_id::text, s.service_category_id::text, e.key, e.value
FROM referral_desired_outcome s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! referral_assignments
SELECT 'referral_assignments', g.referral_id || ':' || pg_temp.rm_time(g.assigned_at) || ':' || g.assigned_to_id,
  NULL::text, e.key, e.value
FROM referral_assignments g JOIN referral r ON r.id = g.referral_id, jsonb_each_text(to_jsonb(g)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! supplier_assessment
SELECT 'referral', s.referral_id::text, s.id::text, e.key, e.value
FROM supplier_assessment s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! delivery_session
SELECT 'referral', s.referral_id::text, s.id::text, e.key, e.value
FROM delivery_session s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! appointment
SELECT CASE l.kind WHEN 'assessment' THEN 'supplier_assessment_appointment'
    ELSE 'delivery_session_appointment' END, l.session_id || ':' || a.id, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id JOIN appointment a ON a.id = l.appointment_id,
  jsonb_each_text(to_jsonb(a)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND NOT a.superseded AND NOT a.stale
  AND e.value IS NOT NULL;

--! link
SELECT CASE l.kind WHEN 'assessment' THEN 'supplier_assessment_appointment'
    ELSE 'delivery_session_appointment' END, l.session_id || ':' || a.id, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id JOIN appointment a ON a.id = l.appointment_id,
  jsonb_each_text(jsonb_build_object('referral_id', l.referral_id, 'session', l.session)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND NOT a.superseded AND NOT a.stale;

--! appointment_delivery
SELECT CASE l.kind WHEN 'assessment' THEN 'supplier_assessment_appointment'
    ELSE 'delivery_session_appointment' END, l.session_id || ':' || d.appointment_id, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id
JOIN appointment_delivery d ON d.appointment_id = l.appointment_id, jsonb_each_text(to_jsonb(d)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! appointment_delivery_address
SELECT CASE l.kind WHEN 'assessment' THEN 'supplier_assessment_appointment'
    ELSE 'delivery_session_appointment' END, l.session_id || ':' || l.appointment_id, NULL::text, e.key, e.value
FROM rm_link l JOIN referral r ON r.id = l.referral_id
JOIN appointment_delivery_address b ON b.appointment_delivery_id = l.appointment_id,
  jsonb_each_text(to_jsonb(b)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND e.value IS NOT NULL;

--! action_plan
SELECT 'action_plan', p.id || CASE WHEN e.key LIKE 'approved%' THEN ':approved' ELSE '' END, NULL::text,
  e.key, e.value
FROM action_plan p JOIN referral r ON r.id = p.referral_id, jsonb_each_text(to_jsonb(p)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND p.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! action_plan_activity
SELECT 'action_plan', v.action_plan_id::text, v.id::text, e.key, e.value
FROM action_plan_activity v JOIN action_plan p ON p.id = v.action_plan_id
JOIN referral r ON r.id = p.referral_id, jsonb_each_text(to_jsonb(v)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND p.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! end_of_service_report
SELECT 'end_of_service_report', s.id::text, NULL::text, e.key, e.value
FROM end_of_service_report s JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(s)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND s.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! end_of_service_report_outcome
SELECT 'end_of_service_report', o.end_of_service_report_id::text, o.desired_outcome_id::text, e.key, e.value
FROM end_of_service_report_outcome o JOIN end_of_service_report s ON s.id = o.end_of_service_report_id
JOIN referral r ON r.id = s.referral_id, jsonb_each_text(to_jsonb(o)) e
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND s.submitted_at IS NOT NULL
  AND e.value IS NOT NULL;

--! risk
SELECT DISTINCT ON (r.supplementary_risk_id) 'risk', r.service_usercrn || ':' || r.supplementary_risk_id,
  NULL::text, 'supplementary_risk_id', r.supplementary_risk_id::text
FROM referral r
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND r.supplementary_risk_id IS NOT NULL;

--! end
SELECT 'end_of_service_report', s.id::text, NULL::text, 'concluded_at', to_jsonb(r.concluded_at) #>> '{}'
FROM end_of_service_report s JOIN referral r ON r.id = s.referral_id
WHERE r.service_usercrn = $1 AND r.sent_at IS NOT NULL AND s.submitted_at IS NOT NULL
  AND r.concluded_at IS NOT NULL;
