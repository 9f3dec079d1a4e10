import { MAX_ANSWERED_ID_LENGTH } from '../limits'
import { CLIENT, DISCO_INFO, PING, STANZA_CONDITIONS, VERSION } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element, type Node } from '../xml/write'

const UNAVAILABLE = element('error', { type: 'cancel' }, element('service-unavailable', { xmlns: STANZA_CONDITIONS }))

/**
 * Returns the answer of the service account to a request of type get or set (RFC 6120 §8.2.3), and `undefined` for any
 * other stanza. It says that it is a bot (XEP-0030), that it is there (XEP-0199), and which software it is (XEP-0092), but
 * not in which version. All else is not available.
 */
export function answerTo({ name, attributes, children }: Element, nickname: string | undefined): Node | undefined {
  const [id = '', type, from] = [attributes.get('id'), attributes.get('type'), attributes.get('from')]
  const isRequest = name === 'iq' && (type === 'get' || type === 'set')
  if (!isRequest || id === '' || id.length > MAX_ANSWERED_ID_LENGTH) return undefined
  const payload = type === 'get' && children[0] ? resultOf(children[0], nickname) : UNAVAILABLE
  const to = from === undefined ? {} : { to: from }
  const answer = { xmlns: CLIENT, type: payload === UNAVAILABLE ? 'error' : 'result', id, ...to }
  return element('iq', answer, ...(payload ? [payload] : []))
}

/** Returns the payload of the result, `undefined` for an empty result. */
function resultOf({ name, namespace, attributes }: Element, nickname: string | undefined): Node | undefined {
  if (namespace === PING && name === 'ping') return undefined
  if (namespace === VERSION && name === 'query') {
    return element(
      'query',
      { xmlns: VERSION },
      element('name', {}, 'passport-xmpp-bosh'),
      element('version', {}, 'hidden'),
    )
  }
  // A node would be one of ours, and there are none (XEP-0030 §3.2).
  if (namespace !== DISCO_INFO || name !== 'query' || attributes.has('node')) return UNAVAILABLE
  const label = nickname === undefined ? {} : { name: nickname }
  return element(
    'query',
    { xmlns: DISCO_INFO },
    element('identity', { category: 'client', type: 'bot', ...label }),
    ...[DISCO_INFO, PING, VERSION].map(feature => element('feature', { var: feature })),
  )
}
