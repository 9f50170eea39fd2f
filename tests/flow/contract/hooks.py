"""What schemathesis must know of the running broker: who may call, and ids that are there.

CONTRACT_KNOWN names a JSON file: {"tokens": {kind of actor: bearer token}, "path": {parameter: [value, ...]},
"body": {field: [value, ...]}}. What is chosen follows from the generated value alone, so that a failure comes again.
"""

import itertools
import json
import os
import zlib

import schemathesis

with open(os.environ["CONTRACT_KNOWN"], encoding="utf-8") as file:
    KNOWN = json.load(file)


def choose(values, seed, rarely=None):
    """One of the values by the seed; one time in five `rarely`, where that is not None."""
    number = zlib.crc32(repr(seed).encode("utf-8", "surrogatepass"))
    if rarely is not None and number % 5 == 0:
        return rarely
    return values[number // 5 % len(values)]


def known_fields(body):
    """The same body, with ids of ours where it has a field of that name that holds an id."""
    if isinstance(body, list):
        return [known_fields(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {
        name: choose(KNOWN["body"][name], (name, body), value)
        if name in KNOWN["body"] and is_id(value)
        else known_fields(value)
        for name, value in body.items()
    }


def is_id(value):
    return isinstance(value, str) and len(value) == 36 and value.count("-") == 4


def is_key(value):
    return isinstance(value, str) and 0 < len(value) <= 200 and all("!" <= c <= "~" for c in value)


CALLS = itertools.count()


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """Mostly somebody who may; x-who of a command says who, of a query it is anybody's turn."""

    def get(self, case, context):
        kinds = list(KNOWN["tokens"])
        may = case.operation.definition.raw.get("x-who", kinds)
        kinds = [kind for kind in kinds if kind in may] or kinds
        return KNOWN["tokens"][kinds[next(CALLS) % len(kinds)]]

    def set(self, case, data, context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in (case.path_parameters or {}).items():
        if name in KNOWN["path"] and is_id(value):
            case.path_parameters[name] = choose(KNOWN["path"][name], value, value)
    case.body = known_fields(case.body)
    headers = case.headers or {}
    if is_key(headers.get("Idempotency-Key")):
        headers["Idempotency-Key"] = f"{next(CALLS)}-{headers['Idempotency-Key']}"[:200]
