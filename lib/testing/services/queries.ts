import { element } from '../../xml/write'
import { copyOf, type StanzaFault } from '../protocol/stanza'
import type { Answer, Query } from './query'
import { setRosterItem } from './roster'

type Service = (query: Query) => Answer

const UNAVAILABLE: StanzaFault = 'cancel service-unavailable'
const DONE: Answer = { result: [] }

/** Services by `{namespace}name` of the query. */
const SERVICES: Readonly<Record<string, Service>> = {
  '{urn:ietf:params:xml:ns:xmpp-session}session': session,
  '{jabber:iq:roster}query': roster,
  '{http://jabber.org/protocol/disco#info}query': discovery,
  '{http://jabber.org/protocol/disco#items}query': discovery,
  '{urn:xmpp:ping}ping': ping,
  '{jabber:iq:version}query': version,
  '{urn:xmpp:time}time': time,
  '{vcard-temp}vCard': vCard,
  '{jabber:iq:private}query': privateStorage,
  '{urn:xmpp:carbons:2}enable': carbons,
  '{urn:xmpp:carbons:2}disable': carbons,
}

/** Answers a query as the server does for which the personality stands. */
export function answerQuery(query: Query): Answer {
  const key = `{${query.child.namespace}}${query.child.name}`
  const service = Object.hasOwn(SERVICES, key) ? SERVICES[key] : undefined
  return service ? service(query) : UNAVAILABLE
}

// RFC 3921 §3. RFC 6121 has dropped it, and old clients wait for its result.
function session({ place, type, child, habits }: Query): Answer {
  const { onGet, fromHost, isRepeated } = habits.session
  if (place === 'other' || (type === 'get' && !onGet)) return UNAVAILABLE
  const result = isRepeated ? [copyOf(child)] : []
  return fromHost ? { result, from: 'host' } : { result }
}

// RFC 6121 §2
function roster({ place, type, child, data, habits }: Query): Answer {
  if (place === 'other') return habits.roster.other
  if (place !== 'account') return UNAVAILABLE
  return type === 'set'
    ? setRosterItem(child, data, habits.roster)
    : { result: [element('query', { xmlns: child.namespace }, ...data.roster.values())] }
}

// XEP-0030
function discovery({ place, type, child, habits, software, services }: Query): Answer {
  if (place === 'other') return habits.discovery.other
  if (type === 'set') return habits.discovery.set
  if (child.attributes.has('node')) return 'cancel item-not-found'
  const from = place === 'host' ? 'host' : 'account'
  if (child.namespace.endsWith('#items')) {
    const items = place === 'host' ? services.map(jid => element('item', { jid })) : []
    return { result: [element('query', { xmlns: child.namespace }, ...items)], from }
  }
  const identity =
    place === 'host'
      ? { category: 'server', type: 'im', name: software.name }
      : { category: 'account', type: 'registered' }
  const offered = place === 'host' ? HOST_FEATURES : ACCOUNT_FEATURES
  const features = [...offered, ...(habits.tellsTime ? ['urn:xmpp:time'] : [])]
  const children = features.map(name => element('feature', { var: name }))
  return { result: [element('query', { xmlns: child.namespace }, element('identity', identity), ...children)], from }
}

const ACCOUNT_FEATURES = [
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'jabber:iq:private',
  'jabber:iq:roster',
  'urn:xmpp:carbons:2',
  'urn:xmpp:ping',
  'vcard-temp',
]
const HOST_FEATURES = [...ACCOUNT_FEATURES, 'jabber:iq:version']

// XEP-0199
function ping({ type, habits }: Query): Answer {
  return type === 'get' ? DONE : habits.pingSet
}

// XEP-0092
function version({ place, type, child, software, habits }: Query): Answer {
  if (place !== 'host' || type === 'set') return UNAVAILABLE
  if (habits.version !== undefined) return habits.version
  const { name, version } = software
  return {
    result: [element('query', { xmlns: child.namespace }, element('name', {}, name), element('version', {}, version))],
  }
}

// XEP-0202
function time({ type, child, habits }: Query): Answer {
  if (!habits.tellsTime || type === 'set') return UNAVAILABLE
  const utc = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    result: [element('time', { xmlns: child.namespace }, element('tzo', {}, '+00:00'), element('utc', {}, utc))],
  }
}

// XEP-0054
function vCard({ place, type, child, data, habits }: Query): Answer {
  const { missing, host } = habits.vCard
  if (type === 'set') {
    if (place === 'other') return 'auth forbidden'
    if (place === 'host' && host !== undefined) return host
    if (place === 'account') data.vCard = copyOf(child)
    return DONE
  }
  const stored = place === 'account' ? data.vCard : undefined
  if (stored === undefined && missing !== undefined) return missing
  return { result: [stored ?? element('vCard', { xmlns: child.namespace })] }
}

// XEP-0049
function privateStorage({ place, type, child, data, habits }: Query): Answer {
  if (place === 'other') return habits.storage.other
  if (place !== 'account') return UNAVAILABLE
  const [asked] = child.children
  if (asked === undefined) return habits.storage.empty
  const key = `{${asked.namespace}}${asked.name}`
  if (type === 'set') return data.put('storage', key, copyOf(asked)) ? DONE : 'wait resource-constraint'
  return { result: [element('query', { xmlns: child.namespace }, data.storage.get(key) ?? copyOf(asked))] }
}

// XEP-0280. Each account has one client here, so there is nothing to copy.
function carbons({ place, type }: Query): Answer {
  return place === 'account' && type === 'set' ? DONE : UNAVAILABLE
}
