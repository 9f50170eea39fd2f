-- Who read a concern, and the record that says what follows.
ALTER TABLE read.concern
    ADD COLUMN read_at timestamptz,
    ADD COLUMN read_by text,
    ADD COLUMN read_record uuid;
CREATE INDEX concern_unread ON read.concern (raised_at) WHERE read_at IS NULL;
