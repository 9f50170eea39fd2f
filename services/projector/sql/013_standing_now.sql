-- Where each referral stands now, from read.standing alone, which therefore knows when it was
-- submitted: lists of thousands are chosen and sorted by it, and only the rows of a page are joined
-- with their referral.
ALTER TABLE read.standing ADD COLUMN submitted_at timestamptz;
UPDATE read.standing s SET submitted_at = r.submitted_at
FROM read.referral r WHERE r.person = s.person AND r.referral = s.referral;
ALTER TABLE read.standing ALTER COLUMN submitted_at SET NOT NULL;

CREATE VIEW read.standing_now AS
SELECT person, referral, submitted_at, contract, open,
    CASE WHEN turns_at <= now() THEN status_after ELSE status END AS status,
    CASE WHEN turns_at <= now() THEN action_after ELSE action END AS action,
    CASE WHEN turns_at <= now() THEN turn_after ELSE turn END AS turn,
    CASE WHEN turns_at <= now() THEN due_after ELSE due END AS due,
    CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END AS due_at,
    CASE WHEN turns_at <= now() THEN session_after ELSE session END AS session,
    CASE WHEN turns_at <= now() THEN appointment_after ELSE appointment END AS appointment,
    coalesce(CASE WHEN turns_at <= now() THEN due_at_after ELSE due_at END < now(), false) AS overdue,
    next_start_at, urgent, custody, risk_review, merged, tab, rm_status, delivery_state,
    withdrawal_state, end_state, sas, sessions_planned, sessions_held, sessions_recorded,
    outcome_count, score_tenths, report_at, withdrawn_at, withdrawn_by, withdrawal_code, ended_at,
    concluded_at, withdrawal_stage, closed_without_contact
FROM read.standing;

CREATE OR REPLACE VIEW read.referral_now AS
SELECT person, referral, r.reference, r.submitted_at, r.submitted_by, r.submitted_record, r.service,
    s.contract, r.kind, r.contract_type, r.contract_type_name, r.prime, r.practitioner, r.unit,
    r.setting, r.completion_deadline, r.sentence_end, s.open, s.status, s.action, s.turn, s.due,
    s.due_at, s.session, s.appointment, s.overdue, s.next_start_at, s.urgent, s.custody,
    s.risk_review, s.merged, s.tab, s.rm_status, s.delivery_state, s.withdrawal_state, s.end_state,
    s.sas, s.sessions_planned, s.sessions_held, s.sessions_recorded, s.outcome_count,
    s.score_tenths, s.report_at, s.withdrawn_at, s.withdrawn_by, s.withdrawal_code, s.ended_at,
    s.concluded_at, s.withdrawal_stage, s.closed_without_contact
FROM read.referral r JOIN read.standing_now s USING (person, referral);
