#include "base/id.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(id, uuid_v5_is_that_of_the_standard, .timeout = 10)
{
    /* RFC 9562 appendix A.4: www.example.com in the DNS name space. */
    struct uuid dns;
    cr_assert(uuid_parse(VIEW("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), &dns));
    cr_assert_str_eq(uuid_text(uuid_v5(dns, VIEW("www.example.com"))).text,
        "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

Test(id, hmac_sha256_is_that_of_rfc_4231, .timeout = 10)
{
    char hex[DIGEST_HEX_LEN + 1];
    digest_hex(hmac_sha256(VIEW("Jefe"), VIEW("what do ya want for nothing?")), hex);
    cr_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    char key[131];
    memset(key, 0xaa, sizeof key);
    digest_hex(hmac_sha256((struct view){key, sizeof key},
                   VIEW("Test Using Larger Than Block-Size Key - Hash Key First")),
        hex);
    cr_assert_str_eq(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

Test(id, a_text_that_is_no_uuid_is_refused, .timeout = 10)
{
    static const char *const bad[] = {"", "2ed6657d-e927-568b-95e1-2665a8aea6a", "x",
        "2ed6657d-e927-568b-95e1-2665a8aea6ag", "2ed6657de927-568b-95e1-2665a8aea6a2-"};
    struct uuid id;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        cr_expect(!uuid_parse(view_of(bad[i]), &id), "%s", bad[i]);
}

Test(id, partitions_are_those_of_the_java_client, .timeout = 10)
{
    /* Values of org.apache.kafka.common.utils.Utils.murmur2, masked, modulo 1000. */
    static const struct {
        const char *key;
        int32_t hash;
    } rows[] = {
        {"21", -973932308}, {"foobar", -790332482}, {"a-little-bit-long-string", -985981536}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(partition_of(view_of(rows[i].key), 1000), (rows[i].hash & 0x7fffffff) % 1000,
            "%s", rows[i].key);
}
