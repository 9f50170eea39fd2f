-- When the version in force was last found to be right still, and by whom; review_by is the day said
-- then.
ALTER TABLE read.risk
    ADD COLUMN confirmed_at timestamptz,
    ADD COLUMN confirmed_by text,
    ADD COLUMN confirmed_record uuid;
