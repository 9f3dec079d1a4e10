import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { BLOCKED, DOMAIN, PASSWORD, USERS } from '../servers/instance.js'
import { attribute, dialogue } from './dialogue.js'

/** Account whose key for the mechanism is missing: Metronome answers `temporary-auth-failure` to its name. */
export const KEYLESS = 'keyless'
/** Largest addition to the time of an answer, in percent. */
const VARIATION = 10
/** Time of an answer without work, in a server that does one thing at a time, in ms. */
const QUICK_MS = 0.5

const BODY = "<body xmlns='http://jabber.org/protocol/httpbind'>"
const failure = condition => `${BODY}<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><${condition}/></failure></body>`

/**
 * Plays a server that needs time for a known name, and refuses an unknown one at once.
 *
 * @param {object} options
 * @param {'account' | 'password' | 'refusal' | 'line'} options.slow what takes the time: `account`, the answer to the name;
 * `password`, the answer to the password (the same answer with PLAIN); `refusal`, the answer to a wrong password only;
 * `line`, the answer to the name, while all other requests wait
 * @param {number} options.ms time that it takes
 * @returns {(body: string) => Promise<string>}
 */
export function slowDialogue({ slow, ms }) {
  const { answer } = dialogue({ username: USERS[0], password: PASSWORD, domain: DOMAIN })
  const names = new Map()
  const needs = () => (ms * (100 + randomInt(VARIATION + 1))) / 100
  let line = Promise.resolve()
  const inLine = time => (line = line.then(() => sleep(time)))

  async function auth(body, sid) {
    const { name, isPlain, renamed } = authOf(body)
    names.set(sid, name)
    if (slow === 'line') await inLine([USERS[0], BLOCKED].includes(name) ? needs() : QUICK_MS)
    if (name === KEYLESS) return failure('temporary-auth-failure')
    if (name !== BLOCKED && name !== USERS[0]) return failure('not-authorized')
    if (slow === 'account' || (slow === 'password' && isPlain)) await sleep(needs())
    return answered(renamed)
  }

  async function response(body) {
    if (slow === 'password') await sleep(needs())
    return answered(body)
  }

  async function answered(body) {
    const reply = answer(body)
    if (slow === 'refusal' && reply.includes('<failure')) await sleep(needs())
    return reply
  }

  return async body => {
    const sid = attribute(body, 'sid')
    if (body.includes('<auth')) return auth(body, sid)
    if (slow === 'line') await inLine(QUICK_MS)
    if (body.includes('<response')) return response(body)
    if (body.includes('<iq') && names.get(sid) === BLOCKED) return notAllowed(body)
    if (attribute(body, 'type') === 'terminate') names.delete(sid)
    return answer(body)
  }
}

/** Reads the name in `<auth/>`. `renamed` is the same with the name of the account whose password is checked. */
function authOf(body) {
  const start = body.indexOf('>', body.indexOf('<auth')) + 1
  const end = body.indexOf('</auth>')
  const payload = Buffer.from(body.slice(start, end), 'base64').toString()
  const isPlain = attribute(body, 'mechanism') === 'PLAIN'
  if (!isPlain) return { name: /n=([^,]*),r=/.exec(payload)?.[1], isPlain, renamed: body }
  const [, name, password] = payload.split('\0')
  const renamed = Buffer.from(`\0${USERS[0]}\0${password}`).toString('base64')
  return { name, isPlain, renamed: body.slice(0, start) + renamed + body.slice(end) }
}

function notAllowed(body) {
  const id = attribute(body.slice(body.indexOf('<iq')), 'id')
  return `${BODY}<iq type='error' id='${id}' xmlns='jabber:client'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq></body>`
}
