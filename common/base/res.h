/* What a call that can fail gives back: not an error number but what the caller does next.
 * Not for outcomes of the domain (a refusal is a record, not a failure). */
#ifndef BASE_RES_H
#define BASE_RES_H

enum res_do {
    RES_OK,
    RES_REJECT, /* bad input: park it or answer 4xx, go on */
    RES_RETRY,  /* the same call again, bounded */
    RES_FATAL,  /* exit; the supervisor restarts us */
};

/* `what` is a constant sentence: never text from outside, never a person's. */
typedef struct {
    enum res_do act;
    const char *what;
    const char *file;
    int line;
} res_t;

#define MUST_USE __attribute__((warn_unused_result))

#define RES_DONE ((res_t){.act = RES_OK})
#define REJECT(why) ((res_t){RES_REJECT, (why), __FILE__, __LINE__})
#define RETRY(why) ((res_t){RES_RETRY, (why), __FILE__, __LINE__})
#define FATAL(why) ((res_t){RES_FATAL, (why), __FILE__, __LINE__})

#define TRY(expr)                                                                                  \
    do {                                                                                           \
        res_t try_ = (expr);                                                                       \
        if (try_.act != RES_OK)                                                                    \
            return try_;                                                                           \
    } while (0)

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands ownership out of a CLEANUP variable. */
#define TAKE(p)                                                                                    \
    __extension__({                                                                                \
        __typeof__(p) take_ = (p);                                                                 \
        (p) = NULL;                                                                                \
        take_;                                                                                     \
    })

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Our own bug: prints where and aborts, in every build. */
_Noreturn void wrong_at(const char *file, int line, const char *why);
#define WRONG(why) wrong_at(__FILE__, __LINE__, (why))
#define MUST(cond) ((cond) ? (void)0 : wrong_at(__FILE__, __LINE__, #cond))

#endif
