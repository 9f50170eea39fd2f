-- Rows that change many times in a referral's life. Where their page has room for the next version,
-- no index gets a new entry and nothing is left for vacuum (a heap-only tuple).
ALTER TABLE read.dossier SET (fillfactor = 70);
ALTER TABLE read.standing SET (fillfactor = 70);
ALTER TABLE read.deadline SET (fillfactor = 80);
ALTER TABLE read.appointment SET (fillfactor = 80);
ALTER TABLE read.risk SET (fillfactor = 80);
