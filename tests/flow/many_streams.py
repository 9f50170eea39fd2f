"""600 event streams of one gateway: each reader is told of each fact once, all by the same place,
and who comes back is told what happened meanwhile. usage: many_streams.py PORT PERSON < BODY
TOKEN: of who states the facts, each with the body."""
import http.client
import os
import selectors
import socket
import sys
import time
import uuid

READERS, OF_SESSION, PATIENCE_S = 600, 4, 60
PORT, PERSON = int(sys.argv[1]), sys.argv[2]
HOST = f"probation.localhost:{PORT}"
BODY = sys.stdin.read()
selector = selectors.DefaultSelector()


class Reader:
    def __init__(self, cookie):
        self.cookie, self.places = cookie, []
        self.open()

    def open(self):
        self.got, self.beats, self.told = b"", 0, 0
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE_S)
        last = f"Last-Event-ID: {self.places[-1]}\r\n" if self.places else ""
        self.socket.sendall(
            f"GET /live?page=/cases HTTP/1.1\r\nHost: {HOST}\r\nCookie: {self.cookie}\r\n{last}\r\n".encode()
        )
        selector.register(self.socket, selectors.EVENT_READ, self)

    def leave(self):
        selector.unregister(self.socket)
        self.socket.close()

    def read(self):
        more = self.socket.recv(65536)
        if not more:
            raise SystemExit(f"a stream ended: {self.got[-200:]!r}")
        *events, self.got = (self.got + more).split(b"\n\n")
        for event in events:
            fields = dict(line.split(": ", 1) for line in event.decode().splitlines() if ": " in line)
            if fields.get("event") == "beat":
                self.beats += 1
            elif fields.get("event") == "change":
                self.told += 1
                self.places.append(fields["id"])
            else:
                raise SystemExit(f"something else came: {event!r}")


def until(what, true):
    end = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"not in time: {what}")
        for key, _ in selector.select(1):
            key.data.read()


def request(path, headers, body):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def sign_in():
    headers = {"Host": HOST, "Origin": f"http://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}
    return request("/sign-in", headers, "user=BBEAKS").headers["Set-Cookie"].split(";")[0]


def state_fact():
    headers = {
        "Authorization": f"Bearer {os.environ['TOKEN']}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
    }
    status = request(f"/v1/people/{PERSON}/risk-disclosures", headers, BODY).status
    if status != 201:
        raise SystemExit(f"a fact was not taken: {status}")


def same(what, readers, at):
    places = {reader.places[at] for reader in readers}
    if len(places) != 1:
        raise SystemExit(f"{what}: {len(places)} places")


readers = []
for number in range(READERS):
    readers.append(Reader(sign_in() if number % OF_SESSION == 0 else readers[-1].cookie))
until("every stream is open", lambda: all(r.beats >= 1 and r.told == 1 for r in readers))
for fact in range(2, 5):
    state_fact()
    until("everybody is told", lambda: all(r.told >= fact for r in readers))
    same("a fact", readers, -1)
away, there = readers[::3], [r for i, r in enumerate(readers) if i % 3]
for reader in away:
    reader.leave()
for fact in range(5, 7):
    state_fact()
    until("who is there is told", lambda: all(r.told >= fact for r in there))
for reader in away:
    reader.open()
until("who comes back is told what happened", lambda: all(r.beats >= 1 and r.told >= 1 for r in away))
state_fact()
until("all are told", lambda: all(r.told >= 7 for r in there) and all(r.told >= 2 for r in away))
same("the last fact", readers, -1)
if any(r.told != 7 for r in there) or any(r.told != 2 for r in away):
    raise SystemExit("somebody was told twice")
print(f"{READERS} readers were told")
