-- Who cancelled an appointment, at whose wish (provider, person, practitioner), and the record that
-- says why.
ALTER TABLE read.appointment
    ADD COLUMN cancelled_by text,
    ADD COLUMN cancelled_for text,
    ADD COLUMN cancelled_record uuid;
