import type { Element } from '../../lib/xml/read'
import { read } from '../../lib/xml/read'

/** Answers of a room, as a server writes them. */

const CLIENT = 'jabber:client'
const DISCO_INFO = 'http://jabber.org/protocol/disco#info'
const MUC_ADMIN = 'http://jabber.org/protocol/muc#admin'
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'

export const ROOM = 'admins@rooms.localhost'
export const FLAGS = ['muc_persistent', 'muc_membersonly', 'muc_nonanonymous', 'muc_hidden']

/** Lists of a room: the XML of its items, or JIDs, by affiliation. `undefined`: no answer. */
export interface Said {
  readonly from?: string | null
  readonly flags?: readonly string[]
  readonly info?: Element | undefined
  readonly owner?: readonly string[] | Element | undefined
  readonly admin?: readonly string[] | Element | undefined
  readonly member?: readonly string[] | Element | undefined
}

/** Returns the four answers of a room. */
export function said(given: Said = {}): readonly (Element | undefined)[] {
  const { from = ROOM, flags = FLAGS } = given
  const list = (affiliation: 'owner' | 'admin' | 'member') => {
    const value = affiliation in given ? given[affiliation] : []
    return Array.isArray(value) ? listOf(affiliation, value, from) : (value as Element | undefined)
  }
  return ['info' in given ? given.info : infoOf(flags, from), list('owner'), list('admin'), list('member')]
}

export function infoOf(flags: readonly string[], from: string | null = ROOM): Element {
  const features = ['http://jabber.org/protocol/muc', ...flags].map(flag => `<feature var='${flag}'/>`)
  const identity = "<identity category='conference' type='text' name='admins'/>"
  const form =
    "<x xmlns='jabber:x:data' type='result'><field var='muc#roominfo_subject'><value>staff</value></field></x>"
  return result(`<query xmlns='${DISCO_INFO}'>${identity}${features.join('')}${form}</query>`, from)
}

/** @param items JIDs, or items that begin with `<` */
export function listOf(affiliation: string, items: readonly string[], from: string | null = ROOM): Element {
  const written = items.map(item =>
    item.startsWith('<') ? item : `<item jid='${item}' affiliation='${affiliation}'/>`,
  )
  return result(`<query xmlns='${MUC_ADMIN}'>${written.join('')}</query>`, from)
}

export function result(payload: string, from: string | null = ROOM): Element {
  return parsed(`<iq xmlns='${CLIENT}' type='result' id='i'${from === null ? '' : ` from='${from}'`}>${payload}</iq>`)
}

/** @param echo the payload of the question, which ejabberd repeats */
export function errorOf(condition: string, echo = '', from: string | null = ROOM): Element {
  const error = `<error type='cancel'><${condition} xmlns='${STANZAS}'/></error>`
  const sender = from === null ? '' : ` from='${from}'`
  return parsed(`<iq xmlns='${CLIENT}' type='error' id='i'${sender}>${echo}${error}</iq>`)
}

function parsed(xml: string): Element {
  return read(Buffer.from(xml), { elements: 50_000, depth: 16 })
}
