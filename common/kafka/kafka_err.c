#include "kafka/kafka_err.h"

#define E(name) RD_KAFKA_RESP_ERR_##name

static const struct {
    rd_kafka_resp_err_t err;
    enum res_do act;
    const char *what;
} rows[] = {
    {E(NO_ERROR), RES_OK, "fine"},
    /* Nothing is wrong with us: brokers away, moving, busy. The client goes on by itself. */
    {E(_TRANSPORT), RES_RETRY, "kafka: no connection to a broker"},
    {E(_RESOLVE), RES_RETRY, "kafka: a broker's name cannot be resolved"},
    {E(_ALL_BROKERS_DOWN), RES_RETRY, "kafka: no broker can be reached"},
    {E(_TIMED_OUT), RES_RETRY, "kafka: no answer in time"},
    {E(_TIMED_OUT_QUEUE), RES_RETRY, "kafka: no answer in time, still in the queue"},
    {E(_MSG_TIMED_OUT), RES_RETRY, "kafka: the record was not acknowledged in time"},
    {E(_WAIT_COORD), RES_RETRY, "kafka: no group coordinator yet"},
    {E(_WAIT_CACHE), RES_RETRY, "kafka: topics are not known yet"},
    {E(_QUEUE_FULL), RES_RETRY, "kafka: the producer's queue is full"},
    {E(_PURGE_QUEUE), RES_RETRY, "kafka: taken from the queue before it was sent"},
    {E(_PURGE_INFLIGHT), RES_RETRY, "kafka: given up while it was sent"},
    {E(_DESTROY), RES_RETRY, "kafka: the client is closing"},
    {E(_IN_PROGRESS), RES_RETRY, "kafka: another call of this kind is under way"},
    {E(_PREV_IN_PROGRESS), RES_RETRY, "kafka: the call before is still under way"},
    {E(_STATE), RES_RETRY, "kafka: not in a state for this call yet"},
    {E(_NO_OFFSET), RES_RETRY, "kafka: no offset to commit"},
    {E(_MAX_POLL_EXCEEDED), RES_RETRY, "kafka: polled too seldom, the group went on without us"},
    {E(_ASSIGNMENT_LOST), RES_RETRY, "kafka: the partitions are no longer ours"},
    {E(_OUTDATED), RES_RETRY, "kafka: overtaken by a later call"},
    {E(_FS), RES_FATAL, "kafka: a file of the client cannot be used"},
    {E(REQUEST_TIMED_OUT), RES_RETRY, "kafka: the broker had no answer in time"},
    {E(LEADER_NOT_AVAILABLE), RES_RETRY, "kafka: the partition has no leader at the moment"},
    {E(NOT_LEADER_FOR_PARTITION), RES_RETRY, "kafka: the partition's leader has moved"},
    {E(BROKER_NOT_AVAILABLE), RES_RETRY, "kafka: the broker is not available"},
    {E(REPLICA_NOT_AVAILABLE), RES_RETRY, "kafka: a replica is not available"},
    {E(NETWORK_EXCEPTION), RES_RETRY, "kafka: the broker dropped the connection"},
    {E(COORDINATOR_LOAD_IN_PROGRESS), RES_RETRY, "kafka: the group's coordinator is loading"},
    {E(COORDINATOR_NOT_AVAILABLE), RES_RETRY, "kafka: the group's coordinator is not available"},
    {E(NOT_COORDINATOR), RES_RETRY, "kafka: the group's coordinator has moved"},
    {E(NOT_ENOUGH_REPLICAS), RES_RETRY, "kafka: too few replicas are in sync"},
    {E(NOT_ENOUGH_REPLICAS_AFTER_APPEND), RES_RETRY, "kafka: too few replicas took the record"},
    {E(REBALANCE_IN_PROGRESS), RES_RETRY, "kafka: the group is rebalancing"},
    {E(ILLEGAL_GENERATION), RES_RETRY, "kafka: the group has a newer generation"},
    {E(UNKNOWN_MEMBER_ID), RES_RETRY, "kafka: the group does not know us any more"},
    {E(MEMBER_ID_REQUIRED), RES_RETRY, "kafka: the group wants us to join again"},
    {E(NOT_CONTROLLER), RES_RETRY, "kafka: the controller has moved"},
    {E(FENCED_LEADER_EPOCH), RES_RETRY, "kafka: our view of the leader is old"},
    {E(UNKNOWN_LEADER_EPOCH), RES_RETRY, "kafka: the broker's view of the leader is old"},
    {E(OFFSET_NOT_AVAILABLE), RES_RETRY, "kafka: the new leader is catching up"},
    {E(KAFKA_STORAGE_ERROR), RES_RETRY, "kafka: the broker's disk has failed"},
    {E(THROTTLING_QUOTA_EXCEEDED), RES_RETRY, "kafka: a quota is used up"},
    {E(UNKNOWN), RES_RETRY, "kafka: the broker failed and does not say why"},
    /* Never with these bytes. */
    {E(MSG_SIZE_TOO_LARGE), RES_REJECT, "kafka: the record is too large"},
    {E(RECORD_LIST_TOO_LARGE), RES_REJECT, "kafka: the batch is larger than a segment"},
    {E(INVALID_MSG), RES_REJECT, "kafka: the broker finds the record invalid"},
    {E(INVALID_RECORD), RES_REJECT, "kafka: the broker refuses the record"},
    {E(INVALID_TIMESTAMP), RES_REJECT, "kafka: the record's time is out of bounds"},
    /* Somebody has to look. */
    {E(_FATAL), RES_FATAL, "kafka: the client has failed for good"},
    {E(_FENCED), RES_FATAL, "kafka: fenced by a newer one of the same name"},
    {E(FENCED_INSTANCE_ID), RES_FATAL, "kafka: another runs under our instance name"},
    {E(INVALID_PRODUCER_EPOCH), RES_FATAL, "kafka: the producer is fenced"},
    {E(OUT_OF_ORDER_SEQUENCE_NUMBER), RES_FATAL, "kafka: the producer's sequence is broken"},
    {E(UNKNOWN_PRODUCER_ID), RES_FATAL, "kafka: the broker has forgotten the producer"},
    {E(_AUTHENTICATION), RES_FATAL, "kafka: the broker refused our certificate"},
    {E(_SSL), RES_FATAL, "kafka: the TLS connection cannot be made"},
    {E(SASL_AUTHENTICATION_FAILED), RES_FATAL, "kafka: the broker refused our name"},
    {E(TOPIC_AUTHORIZATION_FAILED), RES_FATAL, "kafka: no right to this topic"},
    {E(GROUP_AUTHORIZATION_FAILED), RES_FATAL, "kafka: no right to this group"},
    {E(CLUSTER_AUTHORIZATION_FAILED), RES_FATAL, "kafka: no right to this cluster"},
    {E(_UNKNOWN_TOPIC), RES_FATAL, "kafka: there is no such topic"},
    {E(_UNKNOWN_PARTITION), RES_FATAL, "kafka: there is no such partition"},
    {E(_UNKNOWN_GROUP), RES_FATAL, "kafka: there is no such group"},
    {E(UNKNOWN_TOPIC_OR_PART), RES_FATAL, "kafka: there is no such topic or partition"},
    {E(TOPIC_EXCEPTION), RES_FATAL, "kafka: the topic's name is not allowed"},
    {E(TOPIC_ALREADY_EXISTS), RES_FATAL, "kafka: the topic is there already"},
    {E(INVALID_PARTITIONS), RES_FATAL, "kafka: the number of partitions is not allowed"},
    {E(INVALID_REPLICATION_FACTOR), RES_FATAL, "kafka: more replicas than brokers"},
    {E(INVALID_CONFIG), RES_FATAL, "kafka: a topic setting is not allowed"},
    {E(POLICY_VIOLATION), RES_FATAL, "kafka: against the cluster's policy"},
    {E(OFFSET_OUT_OF_RANGE), RES_FATAL, "kafka: that offset is not in the log"},
    {E(_AUTO_OFFSET_RESET), RES_FATAL, "kafka: that offset is not in the log"},
    {E(_BAD_MSG), RES_FATAL, "kafka: a damaged record was read"},
    {E(_BAD_COMPRESSION), RES_FATAL, "kafka: a damaged batch was read"},
    {E(_CRIT_SYS_RESOURCE), RES_FATAL, "kafka: out of memory or threads"},
    {E(_INVALID_ARG), RES_FATAL, "kafka: the client does not take this argument"},
    {E(UNSUPPORTED_VERSION), RES_FATAL, "kafka: the broker is too old"},
    {E(_UNSUPPORTED_FEATURE), RES_FATAL, "kafka: the broker is too old"},
};

res_t kafka_res_at(rd_kafka_resp_err_t err, const char *file, int line)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].err == err)
            return (res_t){rows[i].act, rows[i].what, file, line};
    return (res_t){RES_FATAL, "kafka: an error without a row in kafka_err.c", file, line};
}
