#include "weakenings.h"

#include "base/weak.h"

#ifdef SIMULATION
enum weakness weakness;

const struct weakening weakenings[] = {
    [WEAK_NOTHING] = {"nothing", ""},
    [WEAK_EVENTS_UNCHECKED] = {"events-unchecked", "a late event that counts is found"},
    [WEAK_REFUSALS_UNCHECKED] = {"refusals-unchecked", "a late refusal that counts is found"},
    [WEAK_FAMILY_VERSIONS] = {"family-versions",
        "one version a family instead of one a person is found"},
    [WEAK_LOST_IS_ANSWERED] = {"lost-is-answered",
        "the id of a lost record taken for answered is found"},
    [WEAK_SEEN_FIRST] = {"seen-first",
        "asking whether an id was answered before asking for gap and fork is found"},
    [WEAK_COMMIT_ON_PRODUCE] = {"commit-on-produce",
        "an offset that is committed when the record was only sent is found"},
    [WEAK_COMMIT_HIGHEST] = {"commit-highest", "committing the highest answered offset is found"},
    [WEAK_TWO_IN_FLIGHT] = {"two-in-flight",
        "two commands of one dossier in flight at once are found"},
    [WEAK_NO_SECOND_LOOK] = {"no-second-look",
        "deciding again without asking whether the id was answered is found"},
    [WEAK_NO_RESEND] = {"no-resend", "a failed append that is never sent again is found"},
    [WEAK_STORE_WITHOUT_IDS] = {"store-without-ids",
        "a store that forgets which ids were answered is found"},
    [WEAK_CLAIM_AFTER_LOADING] = {"claim-after-loading",
        "an epoch claimed after the positions were read is found"},
};
const size_t weakening_count = sizeof(weakenings) / sizeof(weakenings[0]);

void weaken(size_t which)
{
    weakness = (enum weakness)which;
}
#else
const struct weakening weakenings[] = {{"nothing", ""}};
const size_t weakening_count = 1;

void weaken(size_t which)
{
    (void)which;
}
#endif
