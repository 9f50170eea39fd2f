-- Safeguarding alarms, without a word of them: the text stands sealed in raised_record.
CREATE TABLE read.concern (
    person uuid NOT NULL,
    referral uuid NOT NULL,
    concern uuid NOT NULL,
    category text, -- whose safety it is about
    raised_at timestamptz NOT NULL,
    raised_by text,
    raised_record uuid NOT NULL,
    PRIMARY KEY (person, referral, concern)
);
