import type { Person } from '../jids'
import {
  ASKS_PER_VISITOR,
  HELP_MS,
  KNOWN_MS,
  MAX_WRONG_CODES,
  OWN_ASKS_PER_VISITOR,
  QUIET_MS,
  RECENT_MS,
  REPEAT_MS,
  STOP_MS,
  UNASKED_HELP_MS,
  WRONG_CODES_MS,
} from '../limits'
import type { AskLimits } from '../options'
import { keyOf } from '../secrets'
import type { ConfirmRecord, ConfirmStore } from '../store'
import type { Heard } from './said'

/** Marks and counters of the store, by their purpose. */
export class Notes {
  readonly #store: ConfirmStore
  readonly #lifetime: number
  readonly #asks: Required<AskLimits>

  constructor(store: ConfirmStore, lifetime: number, asks: Required<AskLimits>) {
    this.#store = store
    this.#lifetime = lifetime
    this.#asks = asks
  }

  /**
   * Notes an unasked question, and returns true if it stays within the limits. The accounts of the own domain have no limit
   * together: a stranger could use it up for all.
   */
  async mayAsk({ jid, domain, isOwn }: Person, visitor: string | undefined): Promise<boolean> {
    if (await this.#store.isMarked(keyOf('stop', jid))) return false
    if (await this.#store.isMarked(keyOf('quiet', jid))) return false
    const { perJid, perDomain, window } = this.#asks
    if ((await this.#store.count(keyOf('asks', jid), window)) > perJid) return false
    if (visitor !== undefined) {
      const most = isOwn ? OWN_ASKS_PER_VISITOR : ASKS_PER_VISITOR
      if ((await this.#store.count(keyOf(isOwn ? 'own-asks-by' : 'asks-by', visitor), window)) > most) return false
    }
    return isOwn || (await this.#store.count(keyOf('asks-at', domain), window)) <= perDomain
  }

  /** Notes that a request of this JID may be answered. */
  async began(jid: string): Promise<void> {
    await this.#renew(keyOf('recent', jid), this.#lifetime + RECENT_MS)
  }

  /** Notes that two requests of this JID waited at a time, for as long as one of them may wait. */
  async several(jid: string): Promise<void> {
    await this.#renew(keyOf('several', jid), this.#lifetime)
  }

  /** Tells whether two requests of this JID waited at a time. */
  wereSeveral(jid: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('several', jid))
  }

  /** Tells whether a request of this JID could lately be answered. */
  isRecent(jid: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('recent', jid))
  }

  /** Notes a message, and returns false for one that came before. */
  isFirst({ from, id, text, said }: Heard): Promise<boolean> {
    const dialog = said.kind === 'confirmed' ? [said.dialog.id, said.dialog.url] : []
    return this.#store.mark(keyOf('heard', from, id, text, ...dialog), REPEAT_MS)
  }

  /** Notes that a number granted a request of this JID. */
  async granted(jid: string, number: string): Promise<void> {
    await this.#store.mark(keyOf('granted', jid, number), RECENT_MS)
  }

  /** Tells whether a number lately granted a request of this JID: a server may give its answer again, to another resource. */
  wasGranted(jid: string, number: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('granted', jid, number))
  }

  /** Notes the number that the page of a request shows although it cannot be answered. */
  async show({ jid = '', number }: Pick<ConfirmRecord, 'jid' | 'number'>): Promise<void> {
    await this.#store.mark(keyOf('shown', jid, number), this.#lifetime)
  }

  /** Tells whether the page of a request of this JID that cannot be answered shows this number. */
  isShown({ jid = '', number }: Pick<ConfirmRecord, 'jid' | 'number'>): Promise<boolean> {
    return this.#store.isMarked(keyOf('shown', jid, number))
  }

  /** Returns true if a text of help may be sent to this JID now. */
  mayHelp(jid: string): Promise<boolean> {
    return this.#store.mark(keyOf('help', jid), HELP_MS)
  }

  /** Returns true if a text of help may be sent to a JID for which nothing waits. */
  mayHelpUnasked(jid: string): Promise<boolean> {
    return this.#store.mark(keyOf('unasked', jid), UNASKED_HELP_MS)
  }

  /** Sends no question to this JID for a while. */
  async quiet(jid: string): Promise<void> {
    await this.#renew(keyOf('quiet', jid), QUIET_MS)
  }

  /** Sends no question to this JID for a day. Returns false if that was so already. */
  async stop(jid: string): Promise<boolean> {
    const isNew = await this.#store.mark(keyOf('stop', jid), STOP_MS)
    if (!isNew) await this.#renew(keyOf('stop', jid), STOP_MS)
    return isNew
  }

  /** Notes that a JID signs in: its STOP counts for as long as sessions may last. */
  async signsIn(jid: string): Promise<void> {
    await this.#renew(keyOf('known', jid), KNOWN_MS)
  }

  /** Tells whether this JID signed in here. */
  isKnown(jid: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('known', jid))
  }

  /**
   * Counts a JID that answers STOP and was not asked lately, and returns true if it stays within the limits. While its STOP
   * stands, it is not counted again: one account must not use up the limit of its domain.
   */
  async mayStopUnasked({ jid, domain, isOwn }: Person): Promise<boolean> {
    if (isOwn || (await this.isStopped(jid))) return true
    return (await this.#store.count(keyOf('stops-at', domain), this.#asks.window)) <= this.#asks.perDomain
  }

  isStopped(jid: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('stop', jid))
  }

  /** Lifts a STOP. */
  async resume(jid: string): Promise<void> {
    await this.#store.unmark(keyOf('stop', jid))
  }

  /** Lifts a STOP and the quiet time after a "no". */
  async allowAsking(jid: string): Promise<void> {
    await this.resume(jid)
    await this.#store.unmark(keyOf('quiet', jid))
  }

  /** Counts a wrong code, and returns true if it is answered. */
  async wrongCode(jid: string): Promise<boolean> {
    const count = await this.#store.count(keyOf('wrong-codes', jid), WRONG_CODES_MS)
    if (count < MAX_WRONG_CODES) return true
    await this.#store.mark(keyOf('mute', jid), WRONG_CODES_MS)
    return false
  }

  /** Tells whether this JID sent too many wrong codes: not even a right one counts. */
  isMuted(jid: string): Promise<boolean> {
    return this.#store.isMarked(keyOf('mute', jid))
  }

  async #renew(key: string, ms: number): Promise<void> {
    await this.#store.unmark(key)
    await this.#store.mark(key, ms)
  }
}
