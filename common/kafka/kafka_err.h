/* librdkafka's error codes into what to do next. Of common/kafka alone. */
#ifndef KAFKA_KAFKA_ERR_H
#define KAFKA_KAFKA_ERR_H

#include "base/res.h"

#include <librdkafka/rdkafka.h>

/* By one table; a code without a row is FATAL. */
res_t kafka_res_at(rd_kafka_resp_err_t err, const char *file, int line) MUST_USE;
#define KAFKA_RES(err) kafka_res_at((err), __FILE__, __LINE__)

#endif
