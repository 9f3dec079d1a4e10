import { randomBytes } from 'node:crypto'
import type { BoshSession } from '../../bosh/session'
import { XmppBoshError } from '../../errors/error'
import { type Domain, isSameDomain, splitJid } from '../../jid'
import { askIq, isStanzaNamespace, stanzaErrorOf } from '../../stanzas/iq'
import type { Signal } from '../../time/light-signal'
import { CLIENT, MUC, MUC_OWNER } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element } from '../../xml/write'
import type { Finding } from '../finding'
import { settingFor } from '../settings'
import type { Software } from '../software'
import { type Fault, worstOf } from './faults'

const NICKNAME = 'check'

/** Attempt of a stranger to make a room. */
export interface Attempt {
  readonly service: Domain
  /** outcome; `kept`: the room was made, and could not be taken away again */
  readonly result: 'refused' | 'made' | 'kept' | 'unanswered'
  /** JID of the room that was tried */
  readonly room: string
  /** condition of the refusal */
  readonly condition?: string | undefined
}

/** Enters a room that does not exist, which makes it where the server allows that (XEP-0045 §10.1), and takes it away. */
export async function tryToMakeRoom(session: BoshSession, service: Domain, signal: Signal): Promise<Attempt> {
  const local = `check-${randomBytes(16).toString('hex')}`
  const room = `${local}@${service.wire}`
  const isRoom = (jid: string) => {
    const parts = splitJid(jid)
    return parts.local === local && isSameDomain(parts.domain, service)
  }
  const enter = element('presence', { xmlns: CLIENT, to: `${room}/${NICKNAME}` }, element('x', { xmlns: MUC }))
  let answer: Element
  try {
    answer = await session.ask([enter], reply => reply.find(stanza => isAnswer(stanza, isRoom)), signal)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return { service, room, result: 'unanswered' }
  }
  const refusal = stanzaErrorOf(answer)
  if (refusal !== undefined) return { service, room, result: 'refused', condition: refusal.condition }
  const payload = element('query', { xmlns: MUC_OWNER }, element('destroy'))
  try {
    const destroyed = await askIq(session, { type: 'set', to: room, payload, from: isRoom }, signal)
    return { service, room, result: stanzaErrorOf(destroyed) === undefined ? 'made' : 'kept' }
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return { service, room, result: 'kept' }
  }
}

/** Finds the own presence in the room, or the refusal. ejabberd first sends a presence of the room itself. */
function isAnswer(stanza: Element, isRoom: (jid: string) => boolean): boolean {
  const from = stanza.attributes.get('from') ?? ''
  if (stanza.name !== 'presence' || !isStanzaNamespace(stanza) || !isRoom(from)) return false
  const type = stanza.attributes.get('type')
  return type === 'error' || (type === undefined && splitJid(from).resource !== undefined)
}

/**
 * Reports whether a stranger can make rooms on a service of roles.
 *
 * @param hasOwners the owners of all rooms are known, so the app notices a room that was made again
 */
export function squatFinding(attempts: readonly Attempt[], hasOwners: boolean, software: Software): Finding {
  const faults = attempts.flatMap(attempt => squatFault(attempt, hasOwners, software) ?? [])
  const refused = attempts.map(
    ({ service, condition }) => `${service.ascii} lets no stranger make a room (${condition})`,
  )
  return worstOf('role-squat', faults, refused.join('; '))
}

function squatFault({ service, result, room }: Attempt, hasOwners: boolean, software: Software): Fault | undefined {
  if (result === 'refused') return undefined
  const setting = settingFor('let no stranger make rooms', software)
  if (result === 'unanswered') {
    const advice = `Nothing shows that strangers can make no rooms there. Make sure that they cannot${setting}.`
    return { status: 'warn', summary: `${service.ascii} did not answer a stranger who entered a room`, advice }
  }
  const kept = result === 'kept' ? ` ${room} could not be taken away again: destroy it.` : ''
  const known = hasOwners
    ? ' Until then, the owners tell such a room, but a former member knows them and can name the same ones.'
    : ''
  return {
    status: hasOwners && result === 'made' ? 'warn' : 'wrong',
    summary: `a stranger can make rooms on ${service.ascii}`,
    advice: `If a room of a role is ever missing, a stranger can make it again and list any account as its member. Use a service where strangers make no rooms${setting}.${known}${kept}`,
  }
}
