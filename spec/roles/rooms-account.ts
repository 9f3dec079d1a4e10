import type { RoleAccount } from '../../lib/roles/role-account'
import { addAbortListener } from '../../lib/time/abort-listeners'
import type { AbortSignalLike } from '../../lib/time/light-signal'
import type { Element } from '../../lib/xml/read'
import { ROOM, type Said, said } from './answers'

const KINDS = ['info', 'owner', 'admin', 'member'] as const
type Kind = (typeof KINDS)[number]

/** A service account without a server: specs set what rooms say, and count the reads. */
export class RoomsAccount implements RoleAccount {
  readonly jid = 'login@localhost'
  /** answers by room; an error in place of answers rejects each question */
  readonly rooms = new Map<string, Said | Error>()
  /** reads of all rooms, by their JID */
  readonly reads: string[] = []
  /** reason with which `ready` rejects; `'connecting'`: it waits */
  refusal: Error | 'connecting' | undefined
  /** true: questions are not answered before `answer()` */
  isHeld = false
  /** number of questions that wait for their answer */
  waiting = 0
  #release: (() => void)[] = []

  constructor(given: Said | Error = {}) {
    this.rooms.set(ROOM, given)
  }

  ready(signal?: AbortSignalLike): Promise<void> {
    if (this.refusal instanceof Error) return Promise.reject(this.refusal)
    return this.refusal === undefined ? Promise.resolve() : untilAborted(signal)
  }

  async ask({ to = '', payload }: Parameters<RoleAccount['ask']>[0], signal?: AbortSignalLike): Promise<Element> {
    const [item] = payload.children
    const kind = typeof item === 'object' ? (item.attributes['affiliation'] as Kind) : 'info'
    if (kind === 'info') this.reads.push(to)
    const given = this.rooms.get(to)
    this.waiting++
    try {
      if (this.isHeld)
        await Promise.race([new Promise<void>(resolve => this.#release.push(resolve)), untilAborted(signal)])
      if (given instanceof Error) throw given
      const answer = given && said({ from: to, ...given })[KINDS.indexOf(kind)]
      if (!answer) await untilAborted(signal)
      return answer as Element
    } finally {
      this.waiting--
    }
  }

  /** Answers what waits. */
  answer(): void {
    for (const release of this.#release) release()
    this.#release = []
  }
}

function untilAborted(signal: AbortSignalLike | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal) addAbortListener(signal, () => reject(new Error('the signal was aborted')))
  })
}
