import type { Server } from '../fixtures/dialogues/dialogue'
import { type Play, play } from './play'
import type { Spoil } from './player'
import type { Kind } from './requests'

/** One line of a table: dialogues, the call they answer, and the right outcome of the call. */
export interface Row extends Omit<Play, 'server'> {
  /** right outcome, in the words of `Outcome` */
  readonly right: string
  /** text that the error's message must have */
  readonly says?: RegExp
  /** differences of the requests from the recorded ones, each with its reason beside the constant */
  readonly differs?: readonly string[]
  /** kinds of the requests, where the order of the recorded ones does not tell it */
  readonly sends?: readonly Kind[]
  /** a reply that the recorded client did not wait for is a connection that is cut */
  readonly cuts?: true
}

/** Recorded clients other than the library ask for a resource of their own. The library leaves it to the server. */
export const RESOURCE = ['/body/iq/bind/resource: only recorded']

/** The password of the recorded client is not known, or the name is another one, so SCRAM's proof differs. */
export const OTHER_PROOF = ['/body/response: another text']

/** A login after a removal was recorded with the name of another account that does not exist. */
export const OTHER_NAME = ['/body/auth: another text']

const cutting: Spoil = (_, reply) => [reply.kind === 'none' ? { kind: 'cut', ms: reply.ms } : reply]

/** Defines one test for each row: outcome and requests. */
export function judge(server: Server, rows: readonly Row[]): void {
  const titled = rows.map(row => ({ row, title: titleOf(row) }))
  if (new Set(titled.map(({ title }) => title)).size !== rows.length) throw new Error('two rows with one title')
  test.each(titled)(`${server}: $title`, async ({ row }) => {
    const { outcome, received } = await play({ ...row, server }, row.cuts && cutting)
    const kinds = received.map(({ read }) => read.kind)

    expect(outcome.words).toBe(row.right)
    if (row.says) expect(outcome.error?.message).toMatch(row.says)
    const unrecorded = received.filter(({ exchange, read }) => exchange === undefined && read.kind !== 'terminate')
    expect(unrecorded.map(({ body }) => body)).toEqual([])
    expect([...new Set(received.flatMap(({ differences }) => differences))]).toEqual(row.differs ?? [])
    if (row.sends) expect(kinds).toEqual(row.sends)
    expect(ridsIn(received.map(({ read }) => read.tree.attributes))).toBe('each one more than the one before')
  })
}

function titleOf({ dialogues, from, only, call = 'login', mechanisms, right }: Row): string {
  const part = from === undefined ? '' : `, session ${from + 1}`
  const picked = only === undefined ? '' : `, exchanges ${only.join(' ')}`
  const by = mechanisms === undefined ? '' : ` by ${mechanisms.join(' or ')}`
  return `${dialogues.join(' and ')}${part}${picked}: ${call}${by} ends with "${right.slice(0, 80)}"`
}

/** Tells if the rids of each session grow by one (XEP-0124 §9.1). A request that is sent again keeps its rid. */
function ridsIn(bodies: readonly Readonly<Record<string, string>>[]): string {
  const last = new Map<string, number>()
  let created = Number.NaN
  for (const { rid: text, sid } of bodies) {
    const rid = Number(text)
    if (sid === undefined) created = rid
    else {
      const before = last.get(sid) ?? created
      if (![before, before + 1, created + 1].includes(rid)) return `${rid} follows ${before}`
      last.set(sid, rid)
    }
  }
  return 'each one more than the one before'
}
