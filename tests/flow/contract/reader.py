"""Reads our topics as anybody with Avro and our .avsc files would: fastavro, and a dump by kcat.

usage: reader.py SCHEMAS ASYNCAPI.json DUMP...     a JSON object a record on stdout, keys sorted

A dump is what kcat -f '%t %p %o %K %S %h\\n%k%s' wrote. Each record's headers and schema id are held
against the AsyncAPI document; what it does not know ends the run with a line on stderr.
"""

import datetime
import io
import json
import pathlib
import sys
import uuid

import fastavro
import jsonschema_rs

MAGIC, HEAD = 0, 5


def records(dump):
    """(topic, partition, offset, headers, value) of each record of a dump."""
    at = 0
    while at < len(dump):
        line_end = dump.index(b"\n", at)
        topic, partition, offset, key_len, value_len, headers = dump[at:line_end].decode().split(" ", 5)
        at = line_end + 1 + int(key_len)
        value = dump[at : at + int(value_len)]
        at += int(value_len)
        yield topic, int(partition), int(offset), dict(h.split("=", 1) for h in headers.split(",")), value


def named_types(schema, found):
    """The schema's named types, by name: a later use is the bare name."""
    if isinstance(schema, list):
        for branch in schema:
            named_types(branch, found)
    elif isinstance(schema, dict):
        if "name" in schema:
            found[schema["name"]] = schema
        for inner in [f["type"] for f in schema.get("fields", [])] + [schema.get("items")]:
            named_types(inner, found)
    return found


def load_schemas(folder):
    """By id: the record's name, its schema, the schema's named types, and what fastavro made of it."""
    found = {}
    for line in (folder / "ids.tsv").read_text().splitlines():
        if not line.startswith("#"):
            number, name = line.split("\t")[:2]
            text = json.loads((folder / "ids" / f"{int(number):04d}-{name}.avsc").read_text())
            found[int(number)] = (name, text, named_types(text, {}), fastavro.parse_schema(text))
    return found


def shown(value, schema, named):
    """As `brokerctl tail --json` shows it: ids, days and times as text, nothing that is sealed."""
    if isinstance(schema, list):
        return None if value is None else shown(value, schema[1], named)
    if isinstance(schema, str):
        schema = named.get(schema, {"type": schema})
    kind = schema["type"]
    if kind == "record":
        fields = {f["name"]: shown(value[f["name"]], f["type"], named) for f in schema["fields"]}
        return {name: field for name, field in fields.items() if field is not None}
    if kind == "array":
        return [shown(item, schema["items"], named) for item in value]
    if kind == "enum":
        return value.replace("_", "-")
    if kind == "fixed":
        return str(uuid.UUID(bytes=value)) if schema["size"] == 16 else value.hex()
    if kind == "bytes":
        return "sealed"
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, datetime.date) else value


def expect(holds, what):
    if not holds:
        sys.exit(f"reader.py: {what}")


class Described:
    """What the AsyncAPI document says of a record."""

    def __init__(self, path):
        self.document = json.loads(pathlib.Path(path).read_text())
        self.headers = jsonschema_rs.validator_for(self.document["components"]["schemas"]["CloudEvent"], validate_formats=True)

    def check(self, topic, headers, number, where):
        expect(headers.get("ce_type") in self.document["channels"][topic]["messages"], f"{where}: no message of {topic}: {headers}")
        message = self.document["components"]["messages"][headers["ce_type"]]
        expect(number in message["x-schema-ids"], f"{where}: schema id {number} is none of {headers['ce_type']}")
        expect(self.headers.is_valid(headers), f"{where}: headers {headers}")


def main(folder, asyncapi, *dumps):
    schemas, described = load_schemas(pathlib.Path(folder)), Described(asyncapi)
    for path in dumps:
        for topic, partition, offset, headers, value in records(pathlib.Path(path).read_bytes()):
            where = f"{topic} {partition}:{offset}"
            expect(len(value) > HEAD and value[0] == MAGIC, f"{where}: no frame")
            number = int.from_bytes(value[1:HEAD], "big")
            expect(number in schemas, f"{where}: schema id {number} stands in no ids.tsv")
            described.check(topic, headers, number, where)
            name, text, named, parsed = schemas[number]
            body = io.BytesIO(value[HEAD:])
            record = shown(fastavro.schemaless_reader(body, parsed), text, named)
            expect(body.read() == b"", f"{where}: bytes behind the record")
            expect(headers["ce_id"] == record["meta"]["id"], f"{where}: ce_id {headers['ce_id']}")
            expect(headers["ce_time"] == record["meta"]["occurredAt"], f"{where}: ce_time {headers['ce_time']}")
            line = {"topic": topic, "partition": partition, "offset": offset, "type": name, "record": record}
            print(json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    expect(len(sys.argv) > 3, "usage: reader.py SCHEMAS ASYNCAPI.json DUMP...")
    main(*sys.argv[1:])
