import { XmppBoshError } from '../errors/error'
import type { Room } from '../options/role-options'
import type { Clock } from '../time/clock'
import { NEGATIVE_MS, ROLE_RETRY_MS } from './limits'
import type { RoleAccount } from './role-account'
import { readRoom } from './room-reading'
import type { RoomReports } from './room-reports'
import { type Holders, holdersIn } from './room-roles'
import { isForbidden, type RoomView } from './room-view'
import type { Turns } from './turns'

/** Parts that the rooms of one reader share. */
export interface Shared {
  readonly account: RoleAccount
  readonly clock: Clock
  readonly reports: RoomReports
  readonly turns: Turns
}

/** Answers of a room, judged. */
interface Reading {
  /** time when the questions left, in ms of the clock */
  readonly askedAt: number
  /** by the names of the roles */
  readonly holders: ReadonlyMap<string, Holders>
}

/** Read of a room that is not over. */
interface Running {
  /** `undefined` until the questions leave */
  askedAt: number | undefined
  readonly reading: Promise<Reading>
}

/**
 * Room that is read for all callers, one read at a time. Answers are kept, and their age counts from the moment the
 * questions left.
 */
export class KnownRoom {
  readonly #room: Room
  /** the room, for each of its roles */
  readonly #roles: readonly Room[]
  readonly #shared: Shared
  #known: Reading | undefined
  #running: Running | undefined
  #next: Promise<Reading> | undefined
  #failure: { readonly at: number; readonly reason: unknown } | undefined

  /** @param roles the room, for each of its roles */
  constructor(room: Room, roles: readonly Room[], shared: Shared) {
    this.#room = room
    this.#roles = roles
    this.#shared = shared
  }

  /**
   * Tells whether an account has a role. An answer that it has not is asked again when it is older than 5 s.
   *
   * @param jid prepared bare JID
   * @param maxAge greatest age of the answer, in ms
   * @throws {XmppBoshError} if the room cannot be read now
   */
  async gives(role: string, jid: string, maxAge: number): Promise<boolean> {
    const now = this.#shared.clock.now()
    const known = this.#known
    if (known && now - known.askedAt <= maxAge) {
      if (known.holders.get(role)?.holders.has(jid)) return true
      if (now - known.askedAt <= NEGATIVE_MS) return this.#verdict(known, role, jid)
    }
    return this.#verdict(await this.#readSince(now - Math.min(maxAge, NEGATIVE_MS)), role, jid)
  }

  #verdict({ holders }: Reading, role: string, jid: string): boolean {
    const { holders: accounts, isComplete } = holders.get(role) as Holders
    if (accounts.has(jid)) return true
    if (isComplete) return false
    throw new XmppBoshError('ERR_XMPP_UNAVAILABLE', `room ${this.#room.jid} did not say all that was asked`)
  }

  /** Returns a reading with questions that left at `time`, in ms of the clock, or later. */
  #readSince(time: number): Promise<Reading> {
    const running = this.#running
    if (!running) return this.#read()
    if (running.askedAt === undefined || running.askedAt >= time) return running.reading
    const again = () => {
      this.#next = undefined
      return this.#running?.reading ?? this.#read()
    }
    this.#next ??= running.reading.then(again, again)
    return this.#next
  }

  async #read(): Promise<Reading> {
    const failure = this.#failure
    if (failure && this.#shared.clock.now() - failure.at < ROLE_RETRY_MS) throw failure.reason
    const running: Running = { askedAt: undefined, reading: this.#shared.turns.run(() => this.#ask(running)) }
    this.#running = running
    return running.reading
  }

  async #ask(running: Running): Promise<Reading> {
    const { account, clock, reports } = this.#shared
    try {
      const view = await readRoom(account, this.#room, clock, () => {
        running.askedAt = clock.now()
      })
      if (view.features === 'unavailable') throw this.#unavailable()
      this.#known = this.#judge(view, running.askedAt ?? clock.now())
      this.#failure = undefined
      return this.#known
    } catch (reason) {
      this.#failure = { at: clock.now(), reason }
      for (const room of this.#roles) reports.unread(room, reason)
      throw reason
    } finally {
      this.#running = undefined
    }
  }

  #unavailable(): XmppBoshError {
    for (const room of this.#roles) this.#shared.reports.refused(room, 'unavailable')
    const text = `room ${this.#room.jid} cannot be asked: an error comes in place of the answer`
    return new XmppBoshError('ERR_XMPP_UNAVAILABLE', text)
  }

  #judge(view: RoomView, askedAt: number): Reading {
    const { reports } = this.#shared
    const holders = new Map<string, Holders>()
    for (const room of this.#roles) {
      const found = holdersIn(view, room)
      for (const reason of found.refusals) reports.refused(room, reason)
      if (found.refusals.length === 0 && isForbidden(view)) reports.refused(room, 'forbidden')
      reports.changed(room, this.#known?.holders.get(room.role), found)
      holders.set(room.role, { ...found, holders: copyOf(found.holders) })
    }
    return { askedAt, holders }
  }
}

/** Returns the JIDs as texts of their own: those cut from a reply would keep the whole reply in memory. */
function copyOf(jids: ReadonlySet<string>): ReadonlySet<string> {
  return new Set<string>(JSON.parse(JSON.stringify([...jids])))
}
