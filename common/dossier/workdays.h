/* Working days of England and Wales: not Saturday, Sunday or a bank holiday.
 * Days are int32_t since 1970-01-01, London dates. Pure; the rule holds from 1978 on. */
#ifndef DOSSIER_WORKDAYS_H
#define DOSSIER_WORKDAYS_H

#include <stdbool.h>
#include <stdint.h>

bool bank_holiday(int32_t day);
bool workday(int32_t day);
/* `day` itself where it is a working day, else the next one. */
int32_t workday_from(int32_t day);
/* The nth working day after `day`; n >= 0, 0 gives `day` itself. */
int32_t workday_after(int32_t day, int32_t n);

/* The instant (µs UTC) at which the London day ends: what a due day is stored as. */
int64_t day_end(int32_t day);
/* End of the nth working day after the London date of `start_us`. */
int64_t due_workdays(int64_t start_us, int32_t n);
/* End of the nth calendar day after it, moved to the next working day. */
int64_t due_calendar_days(int64_t start_us, int32_t n);

#endif
