-- Tries to reach the person: the referral page counts them beside the missed appointments, which
-- they are not. Their notes: record.
CREATE TABLE read.contact_attempt (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    attempt uuid NOT NULL,
    attempted_at timestamptz NOT NULL,
    how text NOT NULL,     -- phone, text, email, letter, visit
    result text NOT NULL,  -- no-answer, message, wrong-number, spoke, returned
    purpose text NOT NULL, -- arrange, notice, remind, re-engage
    appointment uuid,      -- that it was about
    by_provider boolean NOT NULL,
    recorded_by text,
    record uuid NOT NULL,
    PRIMARY KEY (person, referral, attempt)
);
