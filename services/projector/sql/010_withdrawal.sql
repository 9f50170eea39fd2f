-- How far a referral had come when it was withdrawn (before-first-session, early-close,
-- after-first-session), the record with the comments, and whether it was withdrawn before anybody
-- was reached or tried.
ALTER TABLE read.standing
    ADD COLUMN withdrawal_stage text,
    ADD COLUMN withdrawal_record uuid,
    ADD COLUMN closed_without_contact boolean NOT NULL DEFAULT false;

CREATE OR REPLACE VIEW read.referral_now AS
SELECT person, referral, r.reference, r.submitted_at, r.submitted_by, r.submitted_record, r.service,
    s.contract, r.kind, r.contract_type, r.contract_type_name, r.prime, r.practitioner, r.unit,
    r.setting, r.completion_deadline, r.sentence_end, s.open,
    CASE WHEN turns_at <= now() THEN status_after ELSE status END AS status,
    CASE WHEN turns_at <= now() THEN action_after ELSE action END AS action,
    CASE WHEN turns_at <= now() THEN turn_after ELSE turn END AS turn,
    CASE WHEN turns_at <= now() THEN due_after ELSE due END AS due,
    CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END AS due_at,
    CASE WHEN turns_at <= now() THEN session_after ELSE session END AS session,
    CASE WHEN turns_at <= now() THEN appointment_after ELSE appointment END AS appointment,
    coalesce(CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END < now(), false) AS overdue,
    s.next_start_at, s.urgent, s.custody, s.risk_review, s.merged, s.tab, s.rm_status,
    s.delivery_state, s.withdrawal_state, s.end_state, s.sas, s.sessions_planned, s.sessions_held,
    s.sessions_recorded, s.outcome_count, s.score_tenths, s.report_at, s.withdrawn_at, s.withdrawn_by,
    s.withdrawal_code, s.ended_at, s.concluded_at,
    s.withdrawal_stage, s.closed_without_contact
FROM read.referral r JOIN read.standing s USING (person, referral);
