#include "gateway/command_path.h"

/* The same id again: its answer, whatever was sent since. */
static res_t look_up(const struct command_port *port, const struct wait *wait,
    struct command_result *ret, bool *ret_known)
{
    TRY(port->find(port->self, &ret->outcome, ret_known));
    if (!*ret_known)
        return RES_DONE;
    bool same = uuid_eq(ret->outcome.person, wait->person) &&
                (!ret->outcome.has_hash || digest_eq(ret->outcome.request_hash, wait->hash));
    ret->step = same ? COMMAND_KNOWN : COMMAND_PROBLEM;
    ret->problem.code = PROBLEM_KEY_REUSED;
    return RES_DONE;
}

/* Joins whoever waits for the same id, and produces where it is the first. */
static res_t hand_over(const struct command_port *port, struct waits *waits,
    const struct wait *wait, struct command_result *ret)
{
    uint64_t tag = 0;
    enum wait_begin begin = waits_begin(waits, wait, &tag);
    if (begin == WAIT_BUSY || begin == WAIT_FOREIGN) {
        ret->problem.code = begin == WAIT_BUSY ? PROBLEM_BUSY : PROBLEM_KEY_REUSED;
        return RES_DONE;
    }
    res_t res = begin == WAIT_JOINED ? RES_DONE : port->produce(port->self, tag);
    if (res.act == RES_OK || !waits_forget(waits, tag)) {
        ret->step = COMMAND_WAITING;
        return RES_DONE;
    }
    ret->problem.code = res.act == RES_REJECT ? PROBLEM_TOO_LARGE : PROBLEM_NOT_RECORDED;
    return RES_DONE;
}

res_t command_pass(const struct command_port *port, struct waits *waits, const struct wait *wait,
    struct command_result *ret)
{
    *ret = (struct command_result){.step = COMMAND_PROBLEM};
    bool known = false;
    TRY(look_up(port, wait, ret, &known));
    if (known)
        return RES_DONE;
    TRY(port->make(port->self, &ret->problem));
    return ret->problem.code != PROBLEM_MAX_ ? RES_DONE : hand_over(port, waits, wait, ret);
}
