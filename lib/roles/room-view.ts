import { type Senders, sameJidAs, stanzaErrorOf } from '../stanzas/iq'
import { DISCO_INFO } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { type List, listIn } from './affiliation-list'
import { jidPreparer } from './room-jids'

/** Lists of a room that are asked for, in the order of the questions (XEP-0045 §5.2). */
export const AFFILIATIONS = ['owner', 'admin', 'member'] as const
export type Affiliation = (typeof AFFILIATIONS)[number]

/**
 * Answer that is no content: `unanswered`, also from another JID; `forbidden` to the asker; `not-found`: there is no such
 * room; `unavailable`: any other error; `malformed`.
 */
export type NoContent = 'unanswered' | 'forbidden' | 'not-found' | 'unavailable' | 'malformed'

/** Answer about a list of a room. */
export type ListAnswer = List | NoContent

/** Answers of a room. */
export interface RoomView {
  /** features (XEP-0030) of the room. Servers show them to everyone: `forbidden` does not come from a room */
  readonly features: ReadonlySet<string> | Exclude<NoContent, 'forbidden'>
  readonly lists: Readonly<Record<Affiliation, ListAnswer>>
}

// Conditions with which servers refuse to show a list (RFC 6120 §8.3.3).
const FORBIDDEN = ['forbidden', 'not-authorized', 'not-allowed', 'registration-required']
const NOT_FOUND = ['item-not-found', 'gone']

/**
 * Returns the answers of a room, as far as they come from it and are complete.
 *
 * @param answers to the four questions, in their order
 * @param room prepared bare JID
 */
export function roomIn([info, ...lists]: readonly (Element | undefined)[], room: string): RoomView {
  const prepare = jidPreparer()
  const isRoom = sameJidAs(room)
  const [owner, admin, member] = AFFILIATIONS.map((affiliation, index) =>
    contentIn(lists[index], isRoom, result => listIn(result, affiliation, prepare)),
  ) as [ListAnswer, ListAnswer, ListAnswer]
  const features = contentIn(info, isRoom, featuresIn)
  return { features: features === 'forbidden' ? 'unavailable' : features, lists: { owner, admin, member } }
}

function contentIn<T>(
  answer: Element | undefined,
  isRoom: Senders,
  read: (result: Element) => T | undefined,
): T | NoContent {
  const from = answer?.attributes.get('from')
  // RFC 6120 §8.1.2.1: an answer without `from` is of the own server, so not of a room.
  if (!answer || from === undefined || !isRoom(from)) return 'unanswered'
  const error = stanzaErrorOf(answer)
  if (error) return noContentOf(error.condition)
  return (answer.attributes.get('type') === 'result' ? read(answer) : undefined) ?? 'malformed'
}

function noContentOf(condition: string): NoContent {
  if (FORBIDDEN.includes(condition)) return 'forbidden'
  return NOT_FOUND.includes(condition) ? 'not-found' : 'unavailable'
}

function featuresIn({ children: [query, ...more] }: Element): ReadonlySet<string> | undefined {
  if (query?.name !== 'query' || query.namespace !== DISCO_INFO || more.length > 0) return undefined
  const features = query.children.filter(({ name, namespace }) => name === 'feature' && namespace === DISCO_INFO)
  return new Set(features.map(({ attributes }) => attributes.get('var') ?? ''))
}

/** Tells whether the asker may read no list of a room. */
export function isForbidden({ lists }: RoomView): boolean {
  return AFFILIATIONS.every(affiliation => lists[affiliation] === 'forbidden')
}
