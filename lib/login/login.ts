import { asProtocolError, conditionIn, protocol } from '../bosh/body'
import { featuresIn, only } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { BIND_ERRORS, conditionError, SASL_FAILURES, SCRAM_ERRORS } from '../errors/conditions'
import { XmppBoshError } from '../errors/error'
import { type Domain, splitJid } from '../jid'
import { MAX_CHALLENGES, MAX_JID_PART_BYTES, MAX_MECHANISMS, MAX_SASL_PAYLOAD_BYTES } from '../limits'
import type { Mechanism } from '../options/authenticator-options'
import { chooseMechanism, type Derive, decodeBase64, type SaslExchange, startExchange } from '../sasl/index'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { BIND, SASL, SASL_CHANNEL_BINDING } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'
import { element } from '../xml/write'
import type { Credentials } from './credentials'

/** What one login may do, and who it is for. */
export interface LoginPlan {
  readonly credentials: Credentials
  readonly domain: Domain
  readonly mechanisms: readonly Mechanism[]
  readonly bind: boolean
  readonly minIterations: number
  readonly maxIterations: number
  readonly derive: Derive
}

/**
 * From the features of a new stream to the proof of who this is: SASL, then restart and bind. Returning is the only
 * "yes"; everything that is not proof is thrown.
 *
 * @returns the mechanism the password was proved with
 * @throws {XmppBoshError}
 */
export async function login(
  session: BoshSession,
  features: Element,
  plan: LoginPlan,
  signal: Signal,
): Promise<Mechanism> {
  const offered = mechanismsOf(features)
  const mechanism = chooseMechanism(plan.mechanisms, offered)
  if (mechanism === undefined) throw noMechanism(offered, plan.mechanisms)
  const { local, password, preparedPassword } = plan.credentials
  const exchange = startExchange(mechanism, {
    username: local,
    password,
    preparedPassword,
    offered,
    channelBindings: channelBindingsOf(features),
    minIterations: plan.minIterations,
    maxIterations: plan.maxIterations,
    derive: plan.derive,
  })
  await authenticate(session, mechanism, exchange, signal)
  if (plan.bind) {
    await session.restart(featuresIn, signal)
    assertIdentity(await bindResource(session, signal, plan), plan)
  }
  return mechanism
}

// RFC 6120 §6.4.2 - §6.4.6
async function authenticate(
  session: BoshSession,
  mechanism: Mechanism,
  exchange: SaslExchange,
  signal: Signal,
): Promise<void> {
  const auth = element('auth', { xmlns: SASL, mechanism }, encode(exchange.initial))
  let answer = await session.ask([auth], saslElementIn, signal)
  for (let challenges = 0; answer.name === 'challenge'; challenges++) {
    if (challenges === MAX_CHALLENGES) throw protocol('the server sends too many challenges')
    const step = await exchange.challenge(decode(answer) ?? '')
    throwIfAborted(signal)
    if ('error' in step) {
      throw conditionError(SCRAM_ERRORS, 'ERR_XMPP_PROTOCOL', step.error, 'the server refused the proof')
    }
    // RFC 6120 §6.4.3: an empty response is an empty element
    const response = element('response', { xmlns: SASL }, ...(step.response === '' ? [] : [encode(step.response)]))
    answer = await session.ask([response], saslElementIn, signal)
  }
  if (answer.name === 'failure') throw saslFailure(answer)
  exchange.success(decode(answer))
}

// RFC 6120 §6.4: challenge, success or failure, in the SASL namespace, as a direct child of the body, alone.
function saslElementIn(reply: readonly Element[]): Element | undefined {
  return only(reply, child => child.namespace === SASL && ['challenge', 'success', 'failure'].includes(child.name))
}

/**
 * What a stream offers, as it is written (RFC 6120 §6.3.3).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for two lists, for too many names, and for one that is pieced together
 */
export function mechanismsOf(features: Element): string[] {
  const lists = features.children.filter(child => child.namespace === SASL && child.name === 'mechanisms')
  if (lists.length > 1) throw protocol('the server offers two lists of mechanisms')
  const names = (lists[0]?.children ?? []).filter(child => child.namespace === SASL && child.name === 'mechanism')
  if (names.length > MAX_MECHANISMS) throw protocol('the server offers too many mechanisms')
  return asProtocolError(() => names.map(name => textOf(name).trim()))
}

// XEP-0440 §3
function channelBindingsOf(features: Element): string[] {
  return features.children
    .filter(child => child.namespace === SASL_CHANNEL_BINDING && child.name === 'sasl-channel-binding')
    .flatMap(list => list.children)
    .filter(child => child.namespace === SASL_CHANNEL_BINDING && child.name === 'channel-binding')
    .map(binding => binding.attributes.get('type') ?? '')
}

/** Those that may be repeated: a server can call a mechanism what it likes (RFC 6120 §6.3.3, RFC 4422 §3.1). */
export function mechanismNames(offered: readonly string[]): string[] {
  return offered.filter(name => /^[A-Z0-9_-]{1,20}$/.test(name))
}

function noMechanism(offered: readonly string[], allowed: readonly Mechanism[]): XmppBoshError {
  const names = mechanismNames(offered).join(', ')
  return new XmppBoshError(
    'ERR_XMPP_MECHANISM',
    names === ''
      ? 'the server offers no SASL mechanism here (Prosody offers none over plain http: unless `consider_bosh_secure` is set)'
      : `no common mechanism: offered ${names}; allowed ${allowed.join(', ')} (option \`mechanisms\`; PLAIN only over https: or to loopback)`,
  )
}

// RFC 6120 §6.5: exactly one defined condition, and possibly a text
function saslFailure(failure: Element): XmppBoshError {
  const condition = conditionIn(failure.children, SASL)
  return conditionError(SASL_FAILURES, 'ERR_XMPP_PROTOCOL', condition, 'the server refused the login')
}

// RFC 6120 §6.4.2 and RFC 4648 §4
function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** `undefined`: no payload. "=" is one of zero bytes (RFC 6120 §6.4.6). */
function decode(answer: Element): string | undefined {
  const text = asProtocolError(() => textOf(answer)).replace(/[ \t\r\n]+/g, '')
  if (text === '') return undefined
  if (text === '=') return ''
  const bytes = decodeBase64(text)
  if (bytes === undefined || bytes.length > MAX_SASL_PAYLOAD_BYTES) throw protocol('a SASL payload is malformed')
  try {
    return utf8.decode(bytes)
  } catch {
    throw protocol('a SASL payload is not UTF-8')
  }
}

// RFC 6120 §7.6: without <resource/> the server makes one; a fixed one would end the visitor's other session.
async function bindResource(session: BoshSession, signal: Signal, { credentials, domain }: LoginPlan): Promise<string> {
  const set = { type: 'set', payload: element('bind', { xmlns: BIND }), from: senders(domain, credentials) } as const
  const answer = await askIq(session, set, signal)
  const condition = stanzaErrorOf(answer)
  if (condition !== undefined) {
    throw conditionError(BIND_ERRORS, 'ERR_XMPP_PROTOCOL', condition, 'the server refused to bind a resource')
  }
  // RFC 6120 §7.6.1, §8.2.3: a result holds one child, and this one a JID
  const [bind, ...more] = answer.children
  const jids = bind?.children.filter(child => child.namespace === BIND && child.name === 'jid') ?? []
  const [jid] = jids
  const isBind = bind?.namespace === BIND && bind.name === 'bind' && more.length === 0
  if (!isBind || jids.length !== 1 || jid === undefined) throw protocol('the server bound no JID')
  return asProtocolError(() => textOf(jid))
}

/** The bound JID is the server's word on who this is: it must be the one that was asked for, to the letter. */
function assertIdentity(bound: string, { credentials, domain }: LoginPlan): void {
  const { local, domain: boundDomain, resource = '' } = splitJid(bound)
  const isSame = local === credentials.local && (boundDomain === domain.ascii || boundDomain === domain.wire)
  if (!isSame || resource === '' || Buffer.byteLength(resource) > MAX_JID_PART_BYTES) {
    throw new XmppBoshError('ERR_XMPP_IDENTITY', 'the server bound another JID than the one that logged in')
  }
}
