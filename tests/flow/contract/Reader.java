import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidatorBuilder;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads our topics as anybody in Java would: Kafka's own client, Avro's generic reader, our texts of
 * schemas/ids. Prints each record as a JSON object, keys sorted, as reader.py does. First Avro's own
 * validator holds the newest text of each record against all before it (BACKWARD_TRANSITIVE).
 *
 * <p>usage: Reader BROKERS SCHEMAS TOPIC...
 */
public final class Reader {
    private static final int HEAD = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Integer, Schema> schemas = new HashMap<>();

    private Reader(Path folder) throws IOException, SchemaValidationException {
        Map<String, List<Schema>> versions = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("ids.tsv"))) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] cells = line.split("\t", -1);
            int id = Integer.parseInt(cells[0]);
            Path text = folder.resolve(String.format("ids/%04d-%s.avsc", id, cells[1]));
            Schema schema = new Schema.Parser().parse(Files.readString(text));
            schemas.put(id, schema);
            List<Schema> known = versions.computeIfAbsent(cells[1], name -> new ArrayList<>());
            known.add(cells[3].equals("at") ? known.size() : 0, schema); // the newest comes last
        }
        for (List<Schema> known : versions.values()) {
            Schema newest = known.remove(known.size() - 1);
            new SchemaValidatorBuilder().canReadStrategy().validateAll().validate(newest, known); // throws, naming the field
        }
    }

    public static void main(String[] args) throws Exception {
        Reader reader = new Reader(Path.of(args[1]));
        List<String> topics = Arrays.asList(args).subList(2, args.length);
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "auto.offset.reset", "none",
                "enable.auto.commit", false);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            reader.read(consumer, topics);
        }
    }

    /** Every record from the start of each partition to where it ends now. */
    private void read(KafkaConsumer<byte[], byte[]> consumer, List<String> topics) throws IOException {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : topics) {
            consumer.partitionsFor(topic).forEach(p -> all.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(all);
        consumer.seekToBeginning(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        while (all.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                System.out.println(line(record));
            }
        }
    }

    private String line(ConsumerRecord<byte[], byte[]> record) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(record.value());
        if (frame.get() != 0) {
            throw new IOException("no frame at " + record);
        }
        Schema schema = schemas.get(frame.getInt());
        BinaryDecoder decoder = DecoderFactory.get()
                .binaryDecoder(record.value(), HEAD, record.value().length - HEAD, null);
        GenericRecord body = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
        if (!decoder.isEnd()) {
            throw new IOException("bytes behind the record at " + record);
        }
        Map<String, Object> out = new TreeMap<>();
        out.put("topic", record.topic());
        out.put("partition", record.partition());
        out.put("offset", record.offset());
        out.put("type", schema.getName());
        out.put("record", shown(body, schema));
        return JSON.writeValueAsString(out);
    }

    /** As `brokerctl tail --json` shows it: ids, days and times as text, nothing that is sealed. */
    private static Object shown(Object value, Schema schema) {
        switch (schema.getType()) {
            case UNION:
                return value == null ? null : shown(value, schema.getTypes().get(1));
            case RECORD:
                Map<String, Object> fields = new TreeMap<>();
                for (Schema.Field field : schema.getFields()) {
                    Object shown = shown(((GenericRecord) value).get(field.pos()), field.schema());
                    if (shown != null) {
                        fields.put(field.name(), shown);
                    }
                }
                return fields;
            case ARRAY:
                List<Object> items = new ArrayList<>();
                ((Collection<?>) value).forEach(item -> items.add(shown(item, schema.getElementType())));
                return items;
            case ENUM:
                return value.toString().replace('_', '-');
            case FIXED:
                return fixed(ByteBuffer.wrap(((GenericFixed) value).bytes()));
            case BYTES:
                return "sealed";
            case STRING:
                return value.toString();
            case LONG:
                return schema.getLogicalType() instanceof LogicalTypes.TimestampMicros ? time((Long) value) : value;
            case INT:
                return schema.getLogicalType() instanceof LogicalTypes.Date
                        ? LocalDate.ofEpochDay((Integer) value).toString() : value;
            default:
                return value;
        }
    }

    private static String fixed(ByteBuffer bytes) {
        if (bytes.remaining() == 16) {
            return new UUID(bytes.getLong(), bytes.getLong()).toString();
        }
        StringBuilder hex = new StringBuilder();
        while (bytes.hasRemaining()) {
            hex.append(String.format("%02x", bytes.get()));
        }
        return hex.toString();
    }

    private static String time(long micros) {
        long seconds = Math.floorDiv(micros, 1_000_000L);
        long rest = Math.floorMod(micros, 1_000_000L);
        String whole = Instant.ofEpochSecond(seconds).toString();
        return rest == 0 ? whole : whole.replace("Z", String.format(".%06dZ", rest));
    }
}
