#include "base/id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

int uuid_cmp(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

bool uuid_is_zero(struct uuid a)
{
    return uuid_eq(a, (struct uuid){{0}});
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_parse(struct view text, void *ret, size_t len)
{
    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (hex_value(text.ptr[i]) < 0)
            return false;
    uint8_t *out = ret;
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(hex_value(text.ptr[2 * i]) * 16 + hex_value(text.ptr[2 * i + 1]));
    return true;
}

void hex_print(struct view bytes, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = (uint8_t)bytes.ptr[i];
        ret[2 * i] = digits[byte >> 4];
        ret[2 * i + 1] = digits[byte & 15];
    }
    ret[2 * bytes.len] = '\0';
}

bool uuid_parse(struct view text, struct uuid *ret)
{
    if (text.len != UUID_TEXT_LEN)
        return false;
    char hex[32];
    size_t at = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text.ptr[i] == '-'))
            return false;
        if (!dash)
            hex[at++] = text.ptr[i];
    }
    return hex_parse((struct view){hex, sizeof hex}, ret->b, sizeof ret->b);
}

void uuid_print(struct uuid id, char ret[static UUID_TEXT_LEN + 1])
{
    char hex[33];
    hex_print((struct view){(const char *)id.b, sizeof id.b}, hex);
    size_t at = 0;
    for (size_t i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            ret[at++] = '-';
        ret[at++] = hex[i];
    }
    ret[at] = '\0';
}

struct uuid_text uuid_text(struct uuid id)
{
    struct uuid_text text;
    uuid_print(id, text.text);
    return text;
}

/* Fetched once: a fetch per digest costs more than the digest. */
static const EVP_MD *fetched(const char *name, EVP_MD **slot)
{
    EVP_MD *have = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (have != NULL)
        return have;
    EVP_MD *made = EVP_MD_fetch(NULL, name, NULL);
    MUST(made != NULL);
    if (!__atomic_compare_exchange_n(
            slot, &have, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        EVP_MD_free(made);
        return have;
    }
    return made;
}

static EVP_MD *md_sha256, *md_sha1;
static _Thread_local EVP_MD_CTX *md_ctx;

/* A thread that ends gives its context back. */
static pthread_key_t md_ctx_key;
static pthread_once_t md_ctx_once = PTHREAD_ONCE_INIT;
static void md_ctx_end(void *ctx)
{
    EVP_MD_CTX_free(ctx);
}
static void md_ctx_begin(void)
{
    MUST(pthread_key_create(&md_ctx_key, md_ctx_end) == 0);
}
static EVP_MD_CTX *md_ctx_new(void)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    MUST(ctx != NULL && pthread_once(&md_ctx_once, md_ctx_begin) == 0 &&
         pthread_setspecific(md_ctx_key, ctx) == 0);
    return ctx;
}

static void digest_parts(const EVP_MD *md, const struct view *parts, size_t count, uint8_t *ret)
{
    if (md_ctx == NULL)
        md_ctx = md_ctx_new();
    MUST(EVP_DigestInit_ex2(md_ctx, md, NULL) == 1);
    for (size_t i = 0; i < count; i++)
        MUST(EVP_DigestUpdate(md_ctx, parts[i].ptr, parts[i].len) == 1);
    MUST(EVP_DigestFinal_ex(md_ctx, ret, NULL) == 1);
}

struct digest sha256_of(const struct view *parts, size_t count)
{
    struct digest d;
    digest_parts(fetched("SHA256", &md_sha256), parts, count, d.b);
    return d;
}

struct digest sha256(struct view bytes)
{
    return sha256_of(&bytes, 1);
}

struct uuid uuid_v5(struct uuid space, struct view name)
{
    uint8_t hash[20];
    struct view parts[] = {{(const char *)space.b, sizeof space.b}, name};
    digest_parts(fetched("SHA1", &md_sha1), parts, ARRAY_LEN(parts), hash);
    struct uuid id;
    memcpy(id.b, hash, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x50);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

struct digest hmac_sha256(struct view key, struct view bytes)
{
    /* RFC 2104 over the fetched SHA-256: no allocation, no fetch a call. */
    uint8_t block[64] = {0};
    if (key.len > sizeof block) {
        struct digest short_key = sha256(key);
        memcpy(block, short_key.b, sizeof short_key.b);
    } else if (key.len > 0) {
        memcpy(block, key.ptr, key.len);
    }
    uint8_t pad[64];
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] = block[i] ^ 0x36;
    struct view inner_parts[] = {{(const char *)pad, sizeof pad}, bytes};
    struct digest inner = sha256_of(inner_parts, 2);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] = block[i] ^ 0x5c;
    struct view outer_parts[] = {
        {(const char *)pad, sizeof pad}, {(const char *)inner.b, sizeof inner.b}};
    struct digest outer = sha256_of(outer_parts, 2);
    OPENSSL_cleanse(block, sizeof block);
    OPENSSL_cleanse(pad, sizeof pad);
    return outer;
}

struct uuid uuid_v8_hmac(struct view secret, struct view name)
{
    struct digest d = hmac_sha256(secret, name);
    struct uuid id;
    memcpy(id.b, d.b, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

void random_bytes(void *ret, size_t len)
{
    MUST(RAND_bytes(ret, (int)len) == 1);
}

struct uuid uuid_random(void)
{
    struct uuid id;
    random_bytes(id.b, sizeof id.b);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

bool digest_eq(struct digest a, struct digest b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

void digest_hex(struct digest d, char ret[static DIGEST_HEX_LEN + 1])
{
    hex_print((struct view){(const char *)d.b, sizeof d.b}, ret);
}

bool bytes_eq_secret(struct view a, struct view b)
{
    return a.len == b.len && CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* MurmurHash2 with the seed of org.apache.kafka.common.utils.Utils.murmur2. */
static uint32_t murmur2(struct view key)
{
    const uint32_t m = 0x5bd1e995u;
    const uint8_t *p = (const uint8_t *)key.ptr;
    size_t len = key.len;
    uint32_t h = 0x9747b28cu ^ (uint32_t)len;
    for (; len >= 4; p += 4, len -= 4) {
        uint32_t k = le32(p) * m;
        k = (k ^ (k >> 24)) * m;
        h = (h * m) ^ k;
    }
    if (len >= 3)
        h ^= (uint32_t)p[2] << 16;
    if (len >= 2)
        h ^= (uint32_t)p[1] << 8;
    if (len >= 1)
        h = (h ^ p[0]) * m;
    h = (h ^ (h >> 13)) * m;
    return h ^ (h >> 15);
}

int32_t partition_of(struct view key, int32_t partitions)
{
    MUST(partitions > 0 && key.len > 0);
    return (int32_t)((murmur2(key) & 0x7fffffffu) % (uint32_t)partitions);
}
