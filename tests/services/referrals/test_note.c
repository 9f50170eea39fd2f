/* Case notes. */
#include "support/story.h"

#define UNSET(ptr, BIT) ((ptr)->has &= ~(UINT64_C(1) << (BIT)))
#define NOTE(body) SENT(COMMAND_ADD_CASE_NOTE, (body))

Test(case_note, is_added_by_either_side_and_after_the_end, .timeout = 20)
{
    STORY;
    story_started(s);
    ACCEPTED(NOTE(story_note(s)));
    struct case_note_added *added = story_note(s);
    as_practitioner(s);
    added->meta.actor = s->actor;
    ACCEPTED(NOTE(added));
    cr_assert_eq(story_referral(s)->notes.len, 2);
    cr_expect(uuid_eq(story_referral(s)->notes.items[1], added->note_id));
    SET(story_change(s), DOSSIER_REFERRAL_END);
    ACCEPTED(NOTE(story_note(s)));
}

Test(case_note, each_refusal, .timeout = 20)
{
    STORY;
    story_started(s);
    struct case_note_added *added = story_note(s);
    UNSET(added, CASE_NOTE_ADDED_BODY);
    REFUSED(NOTE(added), "field-missing", "/body");
    added = story_note(s);
    UNSET(added, CASE_NOTE_ADDED_NOTIFY);
    REFUSED(NOTE(added), "field-missing", "/notify");
    added = story_note(s);
    added->meta.actor.organisation = VIEW("ELSEWHERE");
    REFUSED(NOTE(added), "not-permitted", NULL);
    added = story_note(s);
    as_kind(s, ACTOR_KIND_COMMISSIONER);
    added->meta.actor = s->actor;
    REFUSED(NOTE(added), "not-permitted", NULL);
    added = story_note(s);
    ACCEPTED(NOTE(added));
    REFUSED(NOTE(added), "id-already-used", "/noteId");
}
