#include "import-rm/map_build.h"

#include "base/clock.h"

static void put_terms(struct build *build, struct terms *terms, const struct view *row)
{
    put_uuid(build, terms, TERMS_SERVICE_ID, &terms->service_id, row[REF_INTERVENTION]);
    put_text(terms, TERMS_CODE, &terms->code, row[REF_CONTRACT]);
    put_text(terms, TERMS_TYPE, &terms->type, row[REF_TYPE]);
    put_text(terms, TERMS_TYPE_NAME, &terms->type_name, row[REF_TYPE_NAME]);
    put_text(terms, TERMS_PRIME, &terms->prime, row[REF_PRIME]);
    terms->kind = SERVICE_KIND_COMMISSIONED;
    terms->approval = APPROVAL_POLICY_PRACTITIONER;
    terms->assessment = terms->plan = terms->report = terms->enforceable = true;
    terms->version = 1;
    terms->categories = put_uuids(build, row[REF_CATEGORIES]);
    terms->cohort = terms->categories.len > 1;
    terms->subcontractors = put_list(build, row[REF_SUBCONTRACTORS]);
    terms->regions = put_list(build, row[REF_REGION]);
    terms->areas = put_list(build, row[REF_AREA]);
    static const int32_t subjects[] = {SUBJECT_KIND_SENTENCE_EVENT};
    static const int32_t sexes[] = {SEX_FEMALE, SEX_MALE};
    bool female = cell_is(row[REF_FEMALE], "true"), male = cell_is(row[REF_MALE], "true");
    terms->subjects = (struct int_array){subjects, 1};
    terms->sexes = (struct int_array){female ? sexes : sexes + 1, (size_t)female + male};
    static const int set[] = {TERMS_KIND, TERMS_APPROVAL, TERMS_ASSESSMENT, TERMS_PLAN,
        TERMS_REPORT, TERMS_WAITING_LIST, TERMS_ENFORCEABLE, TERMS_VERSION, TERMS_CATEGORIES,
        TERMS_COHORT, TERMS_SUBCONTRACTORS, TERMS_REGIONS, TERMS_AREAS, TERMS_SUBJECTS,
        TERMS_SEXES};
    for (size_t i = 0; i < ARRAY_LEN(set); i++)
        SET(terms, set[i]);
    put_int(build, terms, TERMS_AGE_FROM, &terms->age_from, row[REF_AGE_FROM]);
    put_int(build, terms, TERMS_AGE_TO, &terms->age_to, row[REF_AGE_TO]);
    put_day(build, terms, TERMS_OPEN_FROM, &terms->open_from, row[REF_OPEN_FROM]);
    put_day(build, terms, TERMS_OPEN_TO, &terms->open_to, row[REF_OPEN_TO]);
}

static void put_categories(
    struct build *build, struct referral_submitted *submitted, struct view id)
{
    const struct rm_rows *rows = &build->person->categories;
    struct category_choice *items = arena_array(build->context->arena, rows->count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items != NULL && i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[CAT_REFERRAL], id))
            continue;
        struct category_choice *choice = &items[count++];
        put_uuid(build, choice, CATEGORY_CHOICE_ID, &choice->id, row[CAT_ID]);
        put_uuid(
            build, choice, CATEGORY_CHOICE_COMPLEXITY, &choice->complexity, row[CAT_COMPLEXITY]);
        choice->outcomes = put_uuids(build, row[CAT_OUTCOMES]);
        SET(choice, CATEGORY_CHOICE_OUTCOMES);
    }
    submitted->categories = (struct category_choice_array){items, count};
    SET(submitted, REFERRAL_SUBMITTED_CATEGORIES);
}

static void put_aliases(struct build *build, struct referral_submitted *submitted, struct view id)
{
    const struct rm_rows *rows = &build->person->sessions;
    struct alias *items = arena_array(build->context->arena, rows->count, sizeof *items);
    size_t count = 0;
    for (size_t i = 0; items != NULL && i < rows->count; i++) {
        const struct view *row = rm_row(rows, i);
        if (!view_eq(row[SES_REFERRAL], id))
            continue;
        struct alias *alias = &items[count++];
        alias->kind = cell_is(row[SES_TABLE], "delivery_session") ? ALIAS_KIND_DELIVERY_SESSION
                                                                  : ALIAS_KIND_SUPPLIER_ASSESSMENT;
        SET(alias, ALIAS_KIND);
        put_uuid(build, alias, ALIAS_ID, &alias->id, row[SES_ID]);
        put_int(build, alias, ALIAS_NUMBER, &alias->number, row[SES_NUMBER]);
    }
    submitted->aliases = (struct alias_array){items, count};
    if (count > 0)
        SET(submitted, REFERRAL_SUBMITTED_ALIASES);
}

static void put_person(
    struct build *build, struct referral_submitted *submitted, const struct view *row)
{
    struct person_details who = {0};
    put_text(&who, PERSON_DETAILS_TITLE, &who.title, row[REF_TITLE]);
    if (!put_text(&who, PERSON_DETAILS_FIRST_NAME, &who.first_name, row[REF_FIRST_NAME]))
        build_unknown(build, "/person/firstName");
    if (!put_text(&who, PERSON_DETAILS_LAST_NAME, &who.last_name, row[REF_LAST_NAME]))
        build_unknown(build, "/person/lastName");
    if (!put_day(build, &who, PERSON_DETAILS_DOB, &who.dob, row[REF_DOB]))
        build_unknown(build, "/person/dob");
    put_text(&who, PERSON_DETAILS_GENDER, &who.gender, row[REF_GENDER]);
    put_text(&who, PERSON_DETAILS_ETHNICITY, &who.ethnicity, row[REF_ETHNICITY]);
    put_text(&who, PERSON_DETAILS_LANGUAGE, &who.language, row[REF_PREFERRED_LANGUAGE]);
    put_text(&who, PERSON_DETAILS_RELIGION, &who.religion, row[REF_RELIGION]);
    if (row[REF_DISABILITIES].ptr != NULL) {
        who.disabilities = put_list(build, row[REF_DISABILITIES]);
        SET(&who, PERSON_DETAILS_DISABILITIES);
    }
    build_unknown(build, "/person/asAt");
    put_sealed_group(build, submitted, REFERRAL_SUBMITTED_PERSON, &submitted->person,
        &person_details_desc, &who);
    submitted->sex = cell_is(row[REF_GENDER], "Female") ? SEX_FEMALE
                     : cell_is(row[REF_GENDER], "Male") ? SEX_MALE
                                                        : SEX_OTHER;
    SET(submitted, REFERRAL_SUBMITTED_SEX);
}

/* Whole years on the day it was sent; a date of birth after it gives none. */
static void put_age(
    struct build *build, struct referral_submitted *submitted, const struct view *row)
{
    int32_t born;
    int64_t sent;
    if (!day_parse(row[REF_DOB], &born) || !time_parse(row[REF_SENT_AT], &sent) ||
        born > london_day(sent)) {
        build_unknown(build, "/ageYears");
        return;
    }
    struct date_parts b = day_to_parts(born), s = day_to_parts(london_day(sent));
    bool before_birthday = s.month < b.month || (s.month == b.month && s.day < b.day);
    submitted->age_years = s.year - b.year - before_birthday;
    SET(submitted, REFERRAL_SUBMITTED_AGE_YEARS);
}

static void put_location(struct build *build, struct location *location, const struct view *row)
{
    location->setting = cell_is(row[REF_SETTING], "COMMUNITY")     ? SETTING_COMMUNITY
                        : cell_is(row[REF_SETTING], "CUSTODY")     ? SETTING_CUSTODY
                        : cell_is(row[REF_SETTING], "PRE_RELEASE") ? SETTING_PRE_RELEASE
                                                                   : SETTING_UNKNOWN;
    SET(location, LOCATION_SETTING);
    if (location->setting == SETTING_UNKNOWN)
        build_unknown(build, "/location/setting");
    put_text(location, LOCATION_PRISON, &location->prison, row[REF_PRISON]);
    put_day(build, location, LOCATION_RELEASE_DATE, &location->release_date, row[REF_RELEASE]);
    put_sealed(build, location, LOCATION_RELEASE_UNKNOWN, &location->release_unknown,
        row[REF_RELEASE_UNKNOWN]);
    /* The source says whether release is within 12 weeks. */
    if (put_bool(build, location, LOCATION_OVER12_WEEKS, &location->over12_weeks,
            row[REF_OVER_12_WEEKS]))
        location->over12_weeks = !location->over12_weeks;
    put_text(location, LOCATION_OFFICE, &location->office, row[REF_OFFICE]);
    put_sealed(build, location, LOCATION_OFFICE_UNKNOWN, &location->office_unknown,
        row[REF_OFFICE_UNKNOWN]);
}

static void put_practitioner(struct build *build, struct practitioner *pp, const struct view *row)
{
    put_text(pp, PRACTITIONER_USER_ID, &pp->user_id, row[REF_SENT_BY]);
    if (!put_sealed(build, pp, PRACTITIONER_NAME, &pp->name, row[REF_PP_NAME]))
        build_unknown(build, "/practitioner/name");
    if (!put_sealed(build, pp, PRACTITIONER_EMAIL, &pp->email, row[REF_PP_EMAIL]))
        build_unknown(build, "/practitioner/email");
    if (!put_text(pp, PRACTITIONER_UNIT, &pp->unit, row[REF_PP_UNIT]))
        build_unknown(build, "/practitioner/unit");
    put_text(pp, PRACTITIONER_OFFICE, &pp->office, row[REF_PP_OFFICE]);
    put_sealed(build, pp, PRACTITIONER_PHONE, &pp->phone, row[REF_PP_PHONE]);
    put_sealed(build, pp, PRACTITIONER_TEAM_PHONE, &pp->team_phone, row[REF_PP_TEAM_PHONE]);
}

static void put_needs(struct build *build, struct needs *needs, const struct view *row)
{
    put_sealed(build, needs, NEEDS_ADDITIONAL, &needs->additional, row[REF_ADDITIONAL]);
    put_sealed(build, needs, NEEDS_ACCESSIBILITY, &needs->accessibility, row[REF_ACCESSIBILITY]);
    if (!put_bool(build, needs, NEEDS_INTERPRETER, &needs->interpreter, row[REF_INTERPRETER]))
        build_unknown(build, "/needs/interpreter");
    put_sealed(build, needs, NEEDS_LANGUAGE, &needs->language, row[REF_LANGUAGE]);
    if (!put_bool(build, needs, NEEDS_RESPONSIBILITIES, &needs->responsibilities,
            row[REF_RESPONSIBILITIES]))
        build_unknown(build, "/needs/responsibilities");
    put_sealed(
        build, needs, NEEDS_WHEN_UNAVAILABLE, &needs->when_unavailable, row[REF_UNAVAILABLE]);
}

static void put_plain(struct build *build, struct referral_submitted *s, const struct view *row)
{
    put_uuid(build, s, REFERRAL_SUBMITTED_REFERRAL_ID, &s->referral_id, row[REF_ID]);
    put_text(s, REFERRAL_SUBMITTED_REFERENCE, &s->reference, row[REF_REFERENCE]);
    put_time(build, s, REFERRAL_SUBMITTED_DRAFTED_AT, &s->drafted_at, row[REF_CREATED_AT]);
    s->subject.kind = SUBJECT_KIND_SENTENCE_EVENT;
    SET(&s->subject, SUBJECT_KIND);
    put_text(&s->subject, SUBJECT_ID, &s->subject.id, row[REF_SENTENCE]);
    put_sealed(build, s, REFERRAL_SUBMITTED_CRN, &s->crn, build->person->crn);
    put_int(
        build, s, REFERRAL_SUBMITTED_ENFORCEABLE_DAYS, &s->enforceable_days, row[REF_ENFORCEABLE]);
    if (!put_day(build, s, REFERRAL_SUBMITTED_COMPLETION_DEADLINE, &s->completion_deadline,
            row[REF_DEADLINE]))
        build_unknown(build, "/completionDeadline");
    put_day(build, s, REFERRAL_SUBMITTED_SENTENCE_END, &s->sentence_end, row[REF_SENTENCE_END]);
    if (!put_sealed(build, s, REFERRAL_SUBMITTED_REASON, &s->reason, row[REF_REASON]))
        build_unknown(build, "/reason");
    if (!put_sealed(build, s, REFERRAL_SUBMITTED_FURTHER_INFORMATION, &s->further_information,
            row[REF_FURTHER]))
        build_unknown(build, "/furtherInformation");
    put_sealed(build, s, REFERRAL_SUBMITTED_REASON_BEFORE_ALLOCATION, &s->reason_before_allocation,
        row[REF_BEFORE_ALLOCATION]);
    build_unknown(build, "/allocated");
    build_unknown(build, "/urgent");
    static const int set[] = {REFERRAL_SUBMITTED_TERMS, REFERRAL_SUBMITTED_SUBJECT,
        REFERRAL_SUBMITTED_LOCATION, REFERRAL_SUBMITTED_PRACTITIONER, REFERRAL_SUBMITTED_NEEDS};
    for (size_t i = 0; i < ARRAY_LEN(set); i++)
        SET(s, set[i]);
}

void map_referral(struct build *build, const struct view *row)
{
    struct referral_submitted *s = build_start(build, COMMAND_SUBMIT_REFERRAL, sizeof *s);
    if (s == NULL)
        return;
    put_plain(build, s, row);
    put_terms(build, &s->terms, row);
    put_categories(build, s, row[REF_ID]);
    put_person(build, s, row);
    put_age(build, s, row);
    put_location(build, &s->location, row);
    put_practitioner(build, &s->practitioner, row);
    put_needs(build, &s->needs, row);
    put_aliases(build, s, row[REF_ID]);
    build_kept(build, "referral.created_by_id", row[REF_CREATED_BY]);
    build_kept(build, "referral_details.id", row[REF_DETAILS_ID]);
    build_kept(build, "referral_details.created_at", row[REF_DETAILS_AT]);
    build_kept(build, "referral_details.created_by", row[REF_DETAILS_BY]);
    if (cell_is(row[REF_DETAILS_WHY], "initial referral details"))
        build_kept(build, "referral_details.reason_for_change", row[REF_DETAILS_WHY]);
    build_end(build, &(struct build_meta){
                         "referral", row[REF_ID], row[REF_ID], row[REF_SENT_AT], row[REF_SENT_BY]});
}
