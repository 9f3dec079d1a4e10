import { prepareLocalpart } from '../jid'
import { XBOSH } from '../xml/namespaces'
import { type Attributes, page, type Reply, terminated } from './protocol/reply'

/** Whose habits the test server has. */
export type PersonalityName = 'ejabberd' | 'prosody'

/** Where real servers differ. */
export interface Personality {
  /** where they are found */
  readonly path: string
  /** s until a session that nobody asks about is gone */
  readonly inactivity: number
  /** attributes of the first reply, but for what the session says of itself */
  readonly created: Attributes
  /** says its `sid` in every reply */
  readonly repeatsSid: boolean
  /** the condition for a domain it does not serve */
  readonly unknownDomain: string
  /** the answer to a request that cannot be read */
  readonly malformed: Reply
  /** creates no session without `wait` and `hold` */
  readonly needsWait: boolean
  /** s that it holds a request at most */
  readonly maxWait: number
  /** the SASL condition for a message it cannot take apart, and for a user name that cannot be a localpart */
  readonly undecodable: string
  /** the SASL condition for what is not base64 */
  readonly malformedBase64: string
  /** takes no notice of an authzid, whose ever it is */
  readonly ignoresAuthzid: boolean
  /** says what it offered (XEP-0474) */
  readonly protectsOffer: boolean
  /** says that an account was removed, before it ends the stream with this condition */
  readonly removal: { readonly answers: boolean; readonly condition: string }
  /** the localpart it binds for a user name */
  boundLocalpart(username: string): string | undefined
}

const NAMESPACE = { 'xmlns:xmpp': XBOSH, 'xmpp:version': '1.0' }

/** As measured on ejabberd 23.01 to 26.07 and Prosody 0.12 to 13. */
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
    // It echoes the spelling it was sent.
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
