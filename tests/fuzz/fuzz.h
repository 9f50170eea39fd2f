/* What the fuzz targets share. Each target is one libFuzzer program: LLVMFuzzerTestOneInput. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/buf.h"
#include "codec/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The arena may grow by this many bytes for each byte of input, and by this much in any case: the
 * largest item's struct against its least encoding, doubled while blocks are joined, and the
 * record. */
enum { FUZZ_GROWTH = 400, FUZZ_BASE = 64 * 1024 };

/* The one registry and arena of a run; the arena is cleared. */
const struct codec_registry *fuzz_registry(void);
struct arena *fuzz_arena(void);
const struct record_desc *fuzz_desc(const struct schema_row *row);

/* The first byte of what is left, and the number that it and the next one make; 0 at the end. */
uint8_t fuzz_byte(struct view *rest);
size_t fuzz_number(struct view *rest);
/* As many bytes as the number in front of them says, or as there are. */
struct view fuzz_piece(struct view *rest);

/* A file in memory that holds these bytes; the path is good until the next call. */
const char *fuzz_file(struct view bytes);
/* A new folder in memory, of this process alone; who asked for it takes it away. */
const char *fuzz_folder(void);

#endif
