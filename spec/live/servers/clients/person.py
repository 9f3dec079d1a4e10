#!/usr/bin/python3
"""The client of a person who is asked by a service account: Debian's python3-slixmpp with its plugin for XEP-0070.

    person.py JID PASSWORD HOST PORT [CA.pem]

With CA.pem the stream uses STARTTLS, without it it is plain text. Prints one JSON object a line, as `event`:

    {"event": "online", "jid": "alice@localhost/phone"}
    {"event": "refused"}                                 the password is wrong; the program ends
    {"event": "offline"}
    {"event": "message", "type", "from", "to", "id", "body", "thread", "delayed", "confirm": {"id", "url", "method"} | null,
     "error": condition | null, "xml"}                   every message that arrives
    {"event": "iq", "from", "id", "confirm", "xml"}      a question by iq

Reads one JSON object a line. Each has one of these keys:

    {"confirms": "yes" | "no" | "ignore"}   answers every later <confirm/> so; "ignore" at the start
    {"answer": "yes" | "no"}                answers the last <confirm/>
    {"say": "42", "to": JID}                sends a chat message; `to` is the bare JID of the last sender by default
    {"send": "<message …/>"}                sends this stanza, whatever it is
    {"presence": "available" | "unavailable", "priority": 0}

Ends with its standard input.
"""
import asyncio
import inspect
import json
import sys
from xml.etree import ElementTree

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath


class Person(slixmpp.ClientXMPP):
    def __init__(self, jid, password, ca):
        super().__init__(jid, password)
        for plugin in ('xep_0030', 'xep_0070', 'xep_0199', 'xep_0203'):
            self.register_plugin(plugin)
        self.ca_certs = ca
        self.confirms = 'ignore'
        self.last_confirm = None
        self.last_sender = None
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('disconnected', lambda _: tell(event='offline'))
        self.add_event_handler('failed_all_auth', self.refused)
        self.add_event_handler('http_confirm_iq', self.asked_by_iq)
        self.register_handler(Callback('every message', StanzaPath('message'), self.came))

    def started(self, _):
        self.send_presence()
        tell(event='online', jid=self.boundjid.full)

    def refused(self, _):
        tell(event='refused')
        self.loop.stop()

    def came(self, message):
        self.last_sender = message['from'].bare
        has_confirm = message.xml.find('{http://jabber.org/protocol/http-auth}confirm') is not None
        tell(
            event='message',
            type=message['type'],
            **{'from': message['from'].full, 'to': message['to'].full},
            id=message['id'],
            body=message['body'],
            thread=message['thread'],
            delayed=message.xml.find('{urn:xmpp:delay}delay') is not None,
            confirm=confirm_of(message) if has_confirm else None,
            error=message['error']['condition'] if message['type'] == 'error' else None,
            xml=str(message),
        )
        if has_confirm and message['type'] != 'error':
            self.asked(message)

    def asked_by_iq(self, iq):
        tell(event='iq', **{'from': iq['from'].full}, id=iq['id'], confirm=confirm_of(iq), xml=str(iq))
        self.asked(iq)

    def asked(self, stanza):
        self.last_confirm = stanza
        if self.confirms != 'ignore':
            self.answer(self.confirms)

    def answer(self, how):
        asked = self.last_confirm
        reply = asked.reply()
        if asked.name == 'message':
            del reply['body']
        if how == 'no':
            reply['type'] = 'error'
            reply['error']['type'] = 'auth'
            reply['error']['condition'] = 'not-authorized'
        reply.append(asked['confirm'])
        reply.send()

    def obey(self, command):
        if 'confirms' in command:
            self.confirms = command['confirms']
        elif 'answer' in command:
            self.answer(command['answer'])
        elif 'say' in command:
            self.send_message(mto=command.get('to', self.last_sender), mbody=command['say'], mtype='chat')
        elif 'send' in command:
            # Parsed first: text that is not XML ends the program and not the stream.
            ElementTree.fromstring(command['send'])
            self.send_raw(command['send'])
        elif 'presence' in command:
            kind = None if command['presence'] == 'available' else command['presence']
            self.send_presence(ptype=kind, ppriority=command.get('priority'))
        else:
            raise ValueError('a command without a known key')


def confirm_of(stanza):
    return {name: stanza['confirm'][name] for name in ('id', 'url', 'method')}


def tell(**event):
    print(json.dumps(event), flush=True)


async def obey_lines(person):
    reader = asyncio.StreamReader(limit=1 << 20)
    await person.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        person.obey(json.loads(line))


def connect(person, host, port, is_plain):
    if 'disable_starttls' in inspect.signature(person.connect).parameters:
        person.connect((host, port), disable_starttls=is_plain, force_starttls=not is_plain)
        return
    # slixmpp 1.10 and later
    person.enable_direct_tls = False
    person.enable_starttls = not is_plain
    person.enable_plaintext = is_plain
    person.connect(host, port)


def main(jid, password, host, port, ca=None):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    person = Person(jid, password, ca)
    connect(person, host, int(port), is_plain=ca is None)
    lines = loop.create_task(obey_lines(person))
    lines.add_done_callback(lambda _: loop.stop())
    loop.run_forever()
    if lines.done():
        lines.result()
        person.disconnect()
        loop.run_until_complete(asyncio.sleep(0.2))


main(*sys.argv[1:])
