#!/usr/bin/env bash
# Today's system moves over: the seeded database of Refer and Monitor, killed on the way, run again.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/contract/readers.sh"
. "$(dirname "$0")/rm.sh"
expected=$TOP/tests/flow/import-defects.tsv

# Each row of the list stands in the output, and nothing else does: code and ids (first 8 digits, or
# the last 4 where two share those).
defects_found() {
    grep '^defect ' "$FLOW/import.out" | awk '{ id = substr($4, 1, 8); if (id == "4a7c0e84") id = id ":" substr($4, 33, 4); print $2 "\t" id }' | sort >"$FLOW/found.tsv"
    grep -v '^#' "$expected" | sort >"$FLOW/expected.tsv"
    diff "$FLOW/expected.tsv" "$FLOW/found.tsv"
}

check "the daemons start" daemons_up
check "the source's database is there" rm_open
import_killed_after 7
import_killed_after 23
import timeout 120 >"$FLOW/import.out" 2>"$FLOW/log/import.err"
code=$?
cp "$FLOW/import.out" "$FLOW/log/import.log"
check "an import that was killed twice goes on and ends equal" equal "$code" 0
check "no cell of the source differs, no command is refused" \
    grep -qE 'import: 4 people, 50 commands, .* 50 accepted, 0 refused; .* 0 differences' "$FLOW/import.out"
check "every defect of the source is named by row, and nothing else is" defects_found
check "no text of a person is printed" bash -c "! grep -iE 'mcdonald|davies|khan|wheelchair|sofa' '$FLOW/import.out' '$FLOW'/log/*"

counts() { sql -c "SELECT type || ' ' || count(*) FROM read.fact GROUP BY type ORDER BY type"; }
check "the facts are fifty, by kind" equal "$(counts | tr '\n' ' ')" \
    "AppointmentBooked 4 CaseworkersAssigned 8 PastAppointmentRecorded 14 PlanApproved 3 PlanSubmitted 5 ReferralSubmitted 10 ReportSubmitted 1 RiskShared 5 "
check "the people's versions are 3, 5, 6, 36" equal \
    "$(sql -c 'SELECT version FROM read.dossier ORDER BY version' | tr '\n' ' ')" "3 5 6 36 "
check "the rows are as many as the source's" equal "$(sql -c "SELECT (SELECT count(*) FROM read.referral), (SELECT count(DISTINCT reference) FROM read.referral),
    (SELECT count(*) FROM read.category), (SELECT count(*) FROM read.chosen_outcome), (SELECT count(complexity) FROM read.category),
    (SELECT count(*) FROM read.activity), (SELECT count(*) FROM read.appointment), (SELECT count(*) FROM read.appointment WHERE session = 0),
    (SELECT count(feedback_at) FROM read.appointment), (SELECT count(*) FROM read.appointment WHERE live), (SELECT score_tenths FROM read.report)")" \
    "10|10|12|14|12|5|18|7|9|4|10"
check "each referral stands where it should" equal "$(sql -c "SELECT reference || ' ' || status || ' ' || delivery_state || ' ' || tab FROM read.referral_now ORDER BY reference")" \
    "AB3892AC assessment-to-book NOT_DELIVERING_YET open
AB3892AP feedback-due IN_PROGRESS open
AB3892EO completed COMPLETED completed
AB3892SA assessment-feedback-due NOT_DELIVERING_YET open
AB3892SS report-due COMPLETED open
AJ1827DR unassigned NOT_DELIVERING_YET unassigned
EJ3892AC assessment-to-book NOT_DELIVERING_YET open
FH12376SO assessment-to-book NOT_DELIVERING_YET open
GH3927AC assessment-to-book NOT_DELIVERING_YET open
HD2123AC unassigned NOT_DELIVERING_YET unassigned"
check "references are reserved" equal "$(sql -U gateway -c 'SELECT count(*) FROM edge.reference' 2>&1)" 10

check "kcat reads every topic" dump
check "fastavro decodes every command and fact, with the attributes beside it" python_reads
check "the commands are the import's own" equal "$(grep -aoh 'ce_source=/[a-z-]*' "$FLOW"/*.commands.dump | sort -u)" ce_source=/import-rm
# Sent twice or written twice is a record more, of the same id.
ids() { jq -r "select(.topic $1 \"referral.events\") | .record.meta.id" "$FLOW/python.jsonl" | sort -u | wc -l; }
check "fifty of them, and an answer each" equal "$(ids !=) $(ids ==)" "50 50"
check "brokerctl reads the stream" ours
check "and the facts are the same, field for field" as_ours "$FLOW/python.jsonl"

import timeout 120 >"$FLOW/again.out" 2>&1
check "a second run changes nothing" equal "$? $(sql -c 'SELECT count(*) FROM read.outcome')" "0 50"
check "and sends nothing" grep -q ' 0 sent now' "$FLOW/again.out"

# What the seeded database has none of (tests/flow/import-more.sql says which referral is what).
more() { rm_sql -f "$TOP/tests/flow/import-more.sql" >/dev/null; }
check "seven referrals come to the source" more
import timeout 120 >"$FLOW/more.out" 2>"$FLOW/log/more.err"
code=$?
cp "$FLOW/more.out" "$FLOW/log/more.log"
check "moved appointments, withdrawals and notes are imported, and equal" equal "$code" 0
check "their facts are, by kind" equal \
    "$(sql -c "SELECT type || ' ' || count(*) FROM read.fact f JOIN read.referral r USING (referral) WHERE r.reference LIKE 'KT22%' GROUP BY type ORDER BY type" | tr '\n' ' ')" \
    "AppointmentBooked 13 AppointmentRescheduled 7 AttendanceRecorded 3 CaseNoteAdded 1 CaseworkersAssigned 7 FeedbackGiven 3 PastAppointmentRecorded 6 PlanApproved 7 PlanSubmitted 7 ReferralSubmitted 7 ReferralWithdrawn 5 ReportSubmitted 1 "
check "each ends as it did" equal "$(sql -c "SELECT concat_ws(' ', reference, status, withdrawal_code, withdrawal_stage, end_state,
    CASE WHEN concluded_at < '2025-01-01' THEN concluded_at::date END) FROM read.referral_now WHERE reference LIKE 'KT22%' ORDER BY reference")" \
    "KT2201AC closing MOV after-first-session
KT2202AC withdrawn SEE before-first-session cancelled 2024-03-01
KT2203AC ended-early EAR early-close ended 2024-03-20
KT2204AC ended-early USE after-first-session cancelled 2024-03-20
KT2205AC assessment-feedback-due
KT2206AC withdrawn MIS before-first-session cancelled
KT2207AC feedback-due"
check "a moved appointment is one, under its newest id and time; a missed one stays" equal \
    "$(sql -c "SELECT concat_ws(' ', session, right(a.appointment::text, 1), external_id, start_at::date, moved_for, attended, held, cancelled_at::date)
        FROM read.appointment a JOIN read.referral r USING (referral) WHERE reference = 'KT2201AC' ORDER BY session, start_at")" \
    "0 3 1003 2024-01-17 provider t t
1 4 1004 2024-02-05 f f
1 5 1005 2024-02-12 t t
2 7 1007 2024-02-20 provider f 2024-02-15"
check "two rows superseded by the same one are one appointment that was moved twice" equal \
    "$(sql -c "SELECT concat_ws(' ', session, right(a.appointment::text, 1), start_at::date, moved_for, attended, live)
        FROM read.appointment a JOIN read.referral r USING (referral) WHERE reference = 'KT2207AC' AND session <> 1 ORDER BY session")" \
    "0 3 2024-01-17 provider t f
2 9 2024-02-21 unknown t"
check "the older ids lead to it" equal "$(sql -c "SELECT right(a.alias::text, 1) || ' ' || right(a.appointment::text, 1)
    FROM read.appointment_alias a JOIN read.referral r USING (referral) WHERE reference = 'KT2201AC' ORDER BY 1" | tr '\n' ' ')" "1 3 2 3 6 7 "
check "what is odd in them is named" equal "$(grep -E '^defect (chain|move|reschedule|stale|withdrawal|report-after|no-event)' "$FLOW/more.out" |
    awk '{ print $2, substr($4, 5, 4), substr($4, 36) }' | sort | tr '\n' ' ')" \
    "chain-broken 0005 1 chain-circle 0005 3 chain-circle 0005 4 chain-circle 0007 4 chain-circle 0007 5 chain-circle 0007 6 chain-merged 0007 3 chain-merged 0007 9 move-without-change 0005 5 report-after-end 0004 0 reschedule-without-move 0006 1 stale 0005 6 withdrawal-incomplete 0006 0 "
check "who asked for a move is a side, never a name" bash -c "! grep -rE 'Invented|Person-Name' '$FLOW/more.out' '$FLOW'/log/*"
check "log, read model and stores agree" env RB_STATE="$FLOW/store" "$BIN/brokerctl" verify
rm_close
finish
