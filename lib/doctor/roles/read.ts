import type { BoshSession } from '../../bosh/session'
import type { Domain } from '../../jid'
import { MAX_RESPONSE_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from '../../limits'
import type { Room } from '../../options/role-options'
import { questionsOf } from '../../roles/room-questions'
import { sameJidAs, senders } from '../../stanzas/iq'
import type { Question } from '../../stanzas/question'
import { askAll, ROLE_BOUNDS } from '../../stanzas/questions'
import type { Clock } from '../../time/clock'
import { TimeoutSignal } from '../../time/combined-signals'
import type { Signal } from '../../time/light-signal'
import { DISCO_INFO, DISCO_ITEMS } from '../../xml/namespaces'
import { element } from '../../xml/write'
import { ROLES_MS } from '../limits'
import type { Reading } from './lists'
import type { CountingTransport } from './received'
import type { RoomAnswers } from './rooms'
import type { ServiceAnswers } from './services'

/** Bounds of the answers about services, those of any reply. */
const SERVICE_BOUNDS = {
  maxBytes: MAX_RESPONSE_BYTES,
  elements: MAX_XML_ELEMENTS,
  limits: { bytes: MAX_RESPONSE_BYTES, elements: MAX_XML_ELEMENTS, depth: MAX_XML_DEPTH },
}

/** Session of the account that reads, and the subjects of its questions. */
export interface Subject {
  readonly session: BoshSession
  readonly clock: Clock
  /** the transport of the session */
  readonly received: CountingTransport
  /** domain of the server */
  readonly own: Domain
  readonly services: readonly Domain[]
  readonly rooms: readonly Room[]
  /** bare JID of the account that reads */
  readonly reader: string
  readonly isService: boolean
}

/** Asks about the services and the rooms, then for all lists in one body as a login does. */
export async function readRooms(subject: Subject, signal: Signal): Promise<Reading & ServiceAnswers> {
  const { session, clock, received, own, services, rooms, reader, isService } = subject
  const bound = new TimeoutSignal(clock, ROLES_MS, () => undefined, signal)
  try {
    const about = await askAll(session, aboutServices(own, services), SERVICE_BOUNDS, bound)
    const [begunAt, before] = [clock.now(), received.bytes]
    const answers = await askAll(session, questionsOf(rooms), ROLE_BOUNDS, bound)
    const [ms, bytes] = [Math.round(clock.now() - begunAt), received.bytes - before]
    return {
      items: about[0],
      infos: services.map((service, n) => [service, about[n + 1]] as const),
      answers: rooms.map((room, n): RoomAnswers => {
        const [info, owner, admin, member] = answers.slice(4 * n, 4 * n + 4)
        return { room, info, owner, admin, member }
      }),
      reader,
      isService,
      ms,
      bytes,
      isTooLarge: received.isTooLarge,
    }
  } finally {
    bound.release()
  }
}

/** Returns the questions about the services of the server, and about each service of rooms. */
function aboutServices(own: Domain, services: readonly Domain[]): readonly Question[] {
  const ask = (to: string, xmlns: string, from: Question['from']) => ({
    to,
    payload: element('query', { xmlns }),
    from,
  })
  return [
    ask(own.wire, DISCO_ITEMS, senders(own)),
    ...services.map(service => ask(service.wire, DISCO_INFO, sameJidAs(service.wire))),
  ]
}
