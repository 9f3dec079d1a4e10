import { prepareLocalpart } from '../jid'
import { XBOSH } from '../xml/namespaces'
import { type Attributes, page, type Reply, terminated } from './protocol/reply'

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

/** Habits in which real servers differ. */
export interface Personality {
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
  /** returns the localpart that the server binds for a user name */
  boundLocalpart(username: string): string | undefined
}

const NAMESPACE = { 'xmlns:xmpp': XBOSH, 'xmpp:version': '1.0' }

/** Habits as measured on ejabberd 23.01 to 26.07 and Prosody 0.12 to 13. */
export const PERSONALITIES: Readonly<Record<PersonalityName, Personality>> = {
  ejabberd: {
    path: '/bosh',
    inactivity: 30,
    created: {
      ...NAMESPACE,
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
    maxWait: 300,
    undecodable: 'not-authorized',
    malformedBase64: 'malformed-request',
    ignoresAuthzid: false,
    protectsOffer: true,
    removal: { answers: true, condition: 'conflict' },
    // ejabberd repeats the spelling of the client.
    boundLocalpart: username => username,
  },
  prosody: {
    path: '/http-bind',
    inactivity: 60,
    created: { ...NAMESPACE, ver: '1.6', polling: '5', secure: 'true' },
    repeatsSid: true,
    unknownDomain: 'improper-addressing',
    malformed: terminated('bad-request'),
    needsWait: true,
    maxWait: 120,
    undecodable: 'malformed-request',
    malformedBase64: 'incorrect-encoding',
    ignoresAuthzid: true,
    protectsOffer: false,
    removal: { answers: false, condition: 'not-authorized' },
    boundLocalpart: prepareLocalpart,
  },
}
