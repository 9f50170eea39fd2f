/* Content coding gzip (RFC 9110 section 8.4.1.3). zlib inside. */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include "base/buf.h"

struct http_gzip;

/* One packer, used again and again by one thread: what it needs (256 KiB) is kept. */
res_t http_gzip_new(struct http_gzip **ret) MUST_USE;
void http_gzip_free(struct http_gzip *gzip); /* NULL is fine */
/* Quickly rather than tightly. RES_REJECT: packed it would be no shorter; *ret is then empty. */
res_t http_gzip_pack(struct http_gzip *gzip, struct view plain, struct buf *ret) MUST_USE;

/* Does this Accept-Encoding take gzip (RFC 9110 section 12.5.3)? An absent one does not. Pure. */
bool http_gzip_accepted(struct view accept_encoding);

#endif
