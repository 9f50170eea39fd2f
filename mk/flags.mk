# Warnings, modes, libraries. MODE=debug (sanitizers) | release | tsan | fuzz.
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings \
  -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference -Wdouble-promotion -Wno-overlength-strings -Werror
MODE_debug := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DCRASH_POINTS
MODE_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
MODE_tsan := -O1 -g -fsanitize=thread -DCRASH_POINTS
MODE_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_simulate := -O2 -g -DSIMULATION
CFLAGS_ALL = -std=gnu17 -D_GNU_SOURCE $(WARN) $(MODE_$(MODE)) -isystem /usr/include/postgresql -Icommon -I$(GEN) -Iservices -Iconnectors -MMD -MP
LDFLAGS_ALL = $(MODE_$(MODE)) -Wl,--as-needed
ifeq ($(MODE_$(MODE)),)
$(error MODE is debug, release, simulate, tsan or fuzz, not '$(MODE)')
endif
