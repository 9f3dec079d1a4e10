import { prepareLocalpart } from '../jid'
import { XBOSH } from '../xml/namespaces'
import { type Attributes, page, type Reply, terminated } from './protocol/reply'
import type { StanzaFault } from './protocol/stanza'

/**
 * A real server that the test server imitates.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { type PersonalityName, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const personality: PersonalityName = 'prosody'
 * const xmpp = await startBoshServer({ domain: 'localhost', personality })
 *
 * assert.ok(xmpp.url.endsWith('/http-bind'))
 * await xmpp.close()
 * ```
 */
export type PersonalityName = 'ejabberd' | 'prosody'

/** Name and version that a server reports (XEP-0092). */
export interface Software {
  readonly name: string
  readonly version: string
}

/** Habits in which real servers differ. */
export interface Personality {
  readonly name: PersonalityName
  readonly software: Software
  /** path of the BOSH URL */
  readonly path: string
  /** s without a request until a session ends */
  readonly inactivity: number
  /** attributes of the first reply, without those that depend on the session */
  readonly created: Attributes
  /** every reply holds the `sid` */
  readonly repeatsSid: boolean
  /** condition for a domain that the server does not serve */
  readonly unknownDomain: string
  /** reply to a request that cannot be parsed */
  readonly malformed: Reply
  /** a request for a session must hold `wait` and `hold` */
  readonly needsWait: boolean
  /** a stream without a version begins with the first request after its creation, and has no features (RFC 6120 §4.7.5) */
  readonly needsVersion: boolean
  /** maximum s that a request is held */
  readonly maxWait: number
  /** SASL condition for a message that cannot be parsed, and for a user name that is not a localpart */
  readonly undecodable: string
  /** SASL condition for invalid base64 */
  readonly malformedBase64: string
  /** the authzid of PLAIN is ignored, even if it names another account */
  readonly ignoresAuthzid: boolean
  /** SCRAM protects the list of offered mechanisms (XEP-0474) */
  readonly protectsOffer: boolean
  /** after the removal of an account: `answers` the request or not, then ends the stream with `condition` */
  readonly removal: { readonly answers: boolean; readonly condition: string }
  readonly http: HttpHabits
  readonly sessions: SessionHabits
  readonly stanzas: StanzaHabits
  /** returns the localpart that the server binds for a user name */
  boundLocalpart(username: string): string | undefined
}

/** Habits in which real servers differ below BOSH. Pages of any origin may use both. */
export interface HttpHabits {
  /** headers of every reply that let pages read it */
  readonly cors: Attributes
  /** the reply names the origin that asks; otherwise it names all */
  readonly namesOrigin: boolean
  /** further headers of the reply to OPTIONS */
  readonly preflight: Attributes
  /** HEAD is answered as GET */
  readonly knowsHead: boolean
  /** status for an unknown method */
  readonly otherMethod: number
}

/** Habits in which real servers differ when they keep a BOSH session. */
export interface SessionHabits {
  /** grants the client's wish that no request is held; without `wait` it ends a session that then polls too soon */
  readonly grantsHoldZero: boolean
  /** a reply goes to the request that asked, and the held request gets an empty one; otherwise the held one gets the reply */
  readonly answersNewest: boolean
  /** condition for a held request when another request ends the session; without one it gets the same reply */
  readonly otherRequest: string | undefined
  /** answers the stanzas of a request that restarts the stream or ends the session */
  readonly answersPayload: boolean
  /** the reply to a restart names the version of the stream and its id */
  readonly namesRestart: boolean
}

/** Habits in which real servers differ when they answer stanzas. */
export interface StanzaHabits {
  /** answers and copies name the client's own account: answers as their sender, copies as their addressee */
  readonly namesAccount: boolean
  /** an error repeats the children of the refused stanza (RFC 6120 §8.3.1) */
  readonly repeatsRefused: boolean
  /** a stanza in the name of another account ends the stream; otherwise the server corrects the name */
  readonly checksSender: boolean
  /** an element that is not a stanza ends the stream; otherwise it is ignored */
  readonly endsOnUnknown: boolean
  /** a stanza before bind gets an error; otherwise it ends the stream of a stranger, and is ignored after authentication */
  readonly answersUnbound: boolean
  /** binds as well without a restart, and for an iq of type get */
  readonly bindsAtOnce: boolean
  /** keeps messages for accounts that are not available; otherwise it refuses them */
  readonly keepsMessages: boolean
  readonly dropsHeadlines: boolean
  readonly refusesProbes: boolean
  /** sends the client its own unavailable presence */
  readonly echoesUnavailable: boolean
  /** answers an iq to a resource of the domain as the domain does */
  readonly servesDomainResources: boolean
  /** error for a stanza to another domain */
  readonly unreachable: StanzaFault
  /** error for a message to the domain */
  readonly messageToHost: StanzaFault
}

/** Attributes that name the version of the stream (XEP-0206 §3). */
export const VERSION = { 'xmlns:xmpp': XBOSH, 'xmpp:version': '1.0' }

/** Habits as measured on ejabberd 23.01 to 26.07 and Prosody 0.12 to 13. */
export const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  ejabberd: {
    name: 'ejabberd',
    software: { name: 'ejabberd', version: '26.07' },
    path: '/bosh',
    inactivity: 30,
    created: {
      ...VERSION,
      'xmpp:restartlogic': 'true',
      ver: '1.11',
      polling: '2',
      maxpause: '120',
      secure: 'true',
    },
    repeatsSid: false,
    unknownDomain: 'internal-server-error',
    malformed: page(400, ''),
    needsWait: false,
    needsVersion: true,
    maxWait: 300,
    undecodable: 'not-authorized',
    malformedBase64: 'malformed-request',
    ignoresAuthzid: false,
    protectsOffer: true,
    removal: { answers: true, condition: 'conflict' },
    http: {
      cors: { 'Access-Control-Allow-Headers': 'Content-Type' },
      namesOrigin: false,
      preflight: { 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Max-Age': '86400' },
      knowsHead: false,
      otherMethod: 400,
    },
    sessions: {
      grantsHoldZero: true,
      answersNewest: true,
      otherRequest: 'other-request',
      answersPayload: false,
      namesRestart: true,
    },
    stanzas: {
      namesAccount: true,
      repeatsRefused: true,
      checksSender: true,
      endsOnUnknown: false,
      answersUnbound: false,
      bindsAtOnce: false,
      keepsMessages: false,
      dropsHeadlines: false,
      refusesProbes: false,
      echoesUnavailable: false,
      servesDomainResources: false,
      unreachable: 'cancel remote-server-not-found',
      messageToHost: 'cancel item-not-found',
    },
    // ejabberd repeats the spelling of the client.
    boundLocalpart: username => username,
  },
  prosody: {
    name: 'prosody',
    software: { name: 'Prosody', version: '13.0.1' },
    path: '/http-bind',
    inactivity: 60,
    created: { ...VERSION, ver: '1.6', polling: '5', secure: 'true' },
    repeatsSid: true,
    unknownDomain: 'improper-addressing',
    malformed: terminated('bad-request'),
    needsWait: true,
    needsVersion: false,
    maxWait: 120,
    undecodable: 'malformed-request',
    malformedBase64: 'incorrect-encoding',
    ignoresAuthzid: true,
    protectsOffer: false,
    removal: { answers: false, condition: 'not-authorized' },
    http: {
      cors: {
        'Access-Control-Allow-Headers': 'Content-Type',
        'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
        'Access-Control-Max-Age': '7200',
      },
      namesOrigin: true,
      preflight: {},
      knowsHead: true,
      otherMethod: 404,
    },
    sessions: {
      grantsHoldZero: false,
      answersNewest: false,
      otherRequest: undefined,
      answersPayload: true,
      namesRestart: false,
    },
    stanzas: {
      namesAccount: false,
      repeatsRefused: false,
      checksSender: false,
      endsOnUnknown: true,
      answersUnbound: true,
      bindsAtOnce: true,
      keepsMessages: true,
      dropsHeadlines: true,
      refusesProbes: true,
      echoesUnavailable: true,
      servesDomainResources: true,
      unreachable: 'cancel not-allowed',
      messageToHost: 'cancel service-unavailable',
    },
    boundLocalpart: prepareLocalpart,
  },
}
