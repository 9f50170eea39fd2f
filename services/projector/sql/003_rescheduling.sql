-- When an appointment was last moved, by whom, at whose wish (provider, person, practitioner), and
-- the record that says why. Time, place, workers and notice are those after the move.
ALTER TABLE read.appointment
    ADD COLUMN moved_at timestamptz,
    ADD COLUMN moved_by text,
    ADD COLUMN moved_for text,
    ADD COLUMN moved_record uuid;
