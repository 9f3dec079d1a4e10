import { MAX_ANSWERED_ID_LENGTH } from '../../lib/limits'
import { answerTo } from '../../lib/service-account/own-answers'
import { read } from '../../lib/xml/read'
import { write } from '../../lib/xml/write'

const FROM = "from='alice@elsewhere.example/phone'"
const answered = (text: string, nickname?: string) => {
  const answer = answerTo(read(Buffer.from(text)), nickname)
  return answer && write(answer)
}
const iq = (payload: string, type = 'get') => `<iq xmlns='jabber:client' type='${type}' id='i1' ${FROM}>${payload}</iq>`
const UNAVAILABLE =
  "<iq xmlns='jabber:client' type='error' id='i1' to='alice@elsewhere.example/phone'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"

test('a ping is answered with an empty result (XEP-0199)', () => {
  expect(answered(iq("<ping xmlns='urn:xmpp:ping'/>"))).toBe(
    "<iq xmlns='jabber:client' type='result' id='i1' to='alice@elsewhere.example/phone'/>",
  )
})

test('disco#info is answered with client/bot, the nickname and the features (XEP-0030)', () => {
  const answer = answered(iq("<query xmlns='http://jabber.org/protocol/disco#info'/>"), 'app.example')
  expect(answer).toContain("<identity category='client' type='bot' name='app.example'/>")
  expect(answer).toContain("<feature var='urn:xmpp:ping'/>")
  expect(answered(iq("<query xmlns='http://jabber.org/protocol/disco#info'/>"))).toContain("type='bot'/>")
})

test('the question about the software is answered without its version (XEP-0092)', () => {
  expect(answered(iq("<query xmlns='jabber:iq:version'/>"))).toContain(
    '<name>passport-xmpp-bosh</name><version>hidden</version>',
  )
})

test.each([
  ['an unknown payload', iq("<query xmlns='jabber:iq:last'/>")],
  ['a confirmation by iq', iq("<confirm xmlns='http://jabber.org/protocol/http-auth' id='1'/>")],
  ['disco#info about a node', iq("<query xmlns='http://jabber.org/protocol/disco#info' node='x'/>")],
  ['a set of what may be got', iq("<ping xmlns='urn:xmpp:ping'/>", 'set')],
  ['a roster push', iq("<query xmlns='jabber:iq:roster'/>", 'set')],
  ['a request without a payload', iq('')],
])('%s is not available', (_, text) => {
  expect(answered(text)).toBe(UNAVAILABLE)
})

test('a request of the server without `from` is answered without `to`', () => {
  expect(answered("<iq xmlns='jabber:client' type='get' id='i1'><ping xmlns='urn:xmpp:ping'/></iq>")).toBe(
    "<iq xmlns='jabber:client' type='result' id='i1'/>",
  )
})

test.each([
  ['a result', iq('', 'result')],
  ['an error', iq('', 'error')],
  ['a message', `<message type='get' id='i1' ${FROM}/>`],
  ['a request without an id', `<iq type='get' ${FROM}><ping xmlns='urn:xmpp:ping'/></iq>`],
  ['a request with a huge id', `<iq type='get' id='${'x'.repeat(MAX_ANSWERED_ID_LENGTH + 1)}' ${FROM}/>`],
])('%s gets no answer', (_, text) => {
  expect(answered(text)).toBeUndefined()
})
