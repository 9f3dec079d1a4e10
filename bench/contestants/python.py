"""Logs in over BOSH with Python's standard library and PLAIN: one connection for each login, one thread for each visitor.

Takes the same argument and commands as process.js. Commands and answers pass through node's channel, one JSON text a line.
"""

import base64
import http.client
import json
import os
import random
import resource
import socket
import sys
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

BODY = "http://jabber.org/protocol/httpbind"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
target = json.loads(sys.argv[1])
url = urllib.parse.urlsplit(target["bosh"])


class Session:
    def __init__(self):
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=15)
        self.rid = random.SystemRandom().randrange(2**31, 2**47)
        self.sid = ""

    def post(self, attributes, payload=""):
        self.rid += 1
        body = f"<body xmlns='{BODY}' rid='{self.rid}'{self.sid} {attributes}>{payload}</body>"
        self.connection.request("POST", url.path, body, {"Content-Type": "text/xml; charset=utf-8"})
        reply = self.connection.getresponse()
        root = ElementTree.fromstring(reply.read())
        if reply.status != 200 or root.tag != f"{{{BODY}}}body":
            raise RuntimeError("the reply is not a BOSH body")
        return root


def login(username, password):
    session = Session()
    try:
        created = session.post(
            "xmlns:xmpp='urn:xmpp:xbosh' content='text/xml; charset=utf-8' hold='1' to='localhost' ver='1.6' wait='10'"
            " xml:lang='en' xmpp:version='1.0'"
        )
        session.sid = f" sid='{created.attrib['sid']}'"
        message = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
        verdict = session.post("", f"<auth xmlns='{SASL}' mechanism='PLAIN'>{message}</auth>")
        session.post("type='terminate'")
        if verdict.find(f"{{{SASL}}}success") is not None:
            return True
        if verdict.find(f"{{{SASL}}}failure") is not None:
            return False
        raise RuntimeError("the reply holds neither success nor failure")
    finally:
        session.connection.close()


def turn(usernames, password, concurrency, ms=float("inf"), logins=float("inf")):
    counts = {"right": 0, "wrong": 0, "failed": 0}
    latencies = []
    lock = threading.Lock()
    begun = 0
    started_at = time.perf_counter()
    cpu = processor_time()

    def visitor():
        nonlocal begun
        while True:
            with lock:
                elapsed = (time.perf_counter() - started_at) * 1000
                if begun >= logins or (elapsed >= ms and (begun >= 2 * concurrency or elapsed >= 5 * ms)):
                    return
                nth = begun
                begun += 1
            before = time.perf_counter()
            try:
                outcome = "right" if login(usernames[nth % len(usernames)], password) else "wrong"
            except Exception as error:  # any exception counts as a missing answer
                outcome = "failed"
                counts.setdefault("failure", type(error).__name__)
            with lock:
                counts[outcome] += 1
                if outcome != "failed":
                    latencies.append((time.perf_counter() - before) * 1000)

    threads = [threading.Thread(target=visitor) for _ in range(min(concurrency, logins))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = (time.perf_counter() - started_at) * 1000
    answered = len(latencies)
    latencies.sort()
    return {
        **counts,
        "elapsed": elapsed,
        "cpu": (processor_time() - cpu) * 1000 / answered if answered else None,
        "perSecond": answered / (elapsed / 1000),
        "p50": latencies[answered // 2] if answered else None,
        "p99": latencies[min(answered - 1, answered * 99 // 100)] if answered else None,
    }


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def answer(command, argument=None):
    if command == "turn":
        return turn(**argument)
    if command == "count":
        # By construction: see login().
        logins = argument["logins"]
        return {"requests": 3 * logins, "connections": logins, "failed": turn(**argument)["failed"]}
    if command == "memory":
        return {"rss": resident()}
    return {}


with socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"])) as channel:
    lines = channel.makefile("rw")

    def say(message):
        lines.write(json.dumps(message) + "\n")
        lines.flush()

    say({})
    for line in lines:
        say(answer(*json.loads(line)))
