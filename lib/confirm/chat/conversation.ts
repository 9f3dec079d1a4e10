import type { Clock } from '../../time/clock'
import type { Person } from '../jids'
import { STOP_WAIT_MS } from '../limits'
import type { Reports } from '../reports'
import { isSameSecret } from '../secrets'
import type { ConfirmSettings } from '../settings'
import type { ConfirmRecord, ConfirmWay } from '../store'
import type { ConfirmTexts } from '../texts'
import { fateOf, isBounce, isDialogOf, questionId } from './dialog'
import type { Notes } from './notes'
import type { Heard } from './said'
import type { Asker, Speech } from './speech'

/** Parts that a conversation works with. */
export interface Parts {
  readonly settings: ConfirmSettings
  readonly notes: Notes
  readonly speech: Speech
  readonly reports: Reports
  readonly clock: Clock
}

type Waiting = readonly ConfirmRecord[]
type Answer<K extends Heard['said']['kind']> = Heard & { readonly said: { readonly kind: K } }

/** Rules by which a message decides requests. Whatever they do not name changes nothing. */
export class Conversation {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Acts on a message, and answers it. */
  async take(heard: Heard): Promise<void> {
    if (isOf(heard, 'stop')) return this.#stop(heard)
    if (isOf(heard, 'code') && this.#parts.settings.code !== false) return this.#code(heard)
    const { notes, settings } = this.#parts
    const { jid } = heard.sender
    const waiting = await settings.store.waitingFor(jid)
    if (isOf(heard, 'error')) return this.#error(heard, waiting)
    // Strangers get no answer and leave no trace, so that two bots do not talk for ever.
    if (waiting.length === 0 && !(await notes.isRecent(jid))) return this.#stranger(heard)
    if (!(await notes.isFirst(heard))) return
    if (heard.isDelayed && !isOf(heard, 'no')) {
      return waiting.length > 0 ? this.#help(heard, 'late', waiting[0]) : undefined
    }
    await this.#answer(heard, waiting)
  }

  #answer(heard: Heard, waiting: Waiting): Promise<void> {
    if (isOf(heard, 'number')) return this.#number(heard, waiting)
    if (isOf(heard, 'confirmed')) return this.#confirmed(heard, waiting)
    if (isOf(heard, 'no')) return this.#refused(heard, waiting, 'denied')
    return this.#help(heard, isOf(heard, 'encrypted') ? 'encrypted' : 'help', waiting[0])
  }

  async #number(heard: Answer<'number'>, waiting: Waiting): Promise<void> {
    const [request, ...more] = waiting.filter(({ number }) => isSameSecret(number, heard.said.number))
    const { notes } = this.#parts
    if (request === undefined && (await notes.wasGranted(heard.sender.jid, heard.said.number))) return
    if (waiting.length === 0) return this.#help(heard, 'late')
    // Two with one number are possible for a moment, when a code is bound: the number then names neither.
    if (request === undefined || more.length > 0) return this.#refused(heard, waiting, 'wrongNumber')
    await notes.granted(heard.sender.jid, request.number)
    await this.#grant(heard, request, 'number')
  }

  async #confirmed(heard: Answer<'confirmed'>, waiting: Waiting): Promise<void> {
    const { url } = this.#parts.settings
    const request = waiting.find(record => isDialogOf(record, url, heard.said.dialog))
    if (request === undefined) return this.#help(heard, 'late', waiting[0])
    // Dialogs do not show which browser asks: once two began, none is meant.
    if (waiting.length > 1 || (await this.#parts.notes.wereSeveral(heard.sender.jid)))
      return this.#help(heard, 'several', request)
    await this.#grant(heard, request, 'dialog')
  }

  // Refusals and bounces come as errors. An error is never answered, but for the one refusal of a dialog.
  async #error(heard: Answer<'error'>, waiting: Waiting): Promise<void> {
    const { url } = this.#parts.settings
    const { dialog, condition } = heard.said
    const isQuoted = dialog !== undefined && waiting.some(record => isDialogOf(record, url, dialog))
    if (isQuoted && !isBounce(heard.from, condition)) return this.#refused(heard, waiting, 'denied')
    if (waiting.some(record => questionId(record) === heard.id)) await this.#cameBack(waiting, fateOf(condition))
  }

  /** Notes that a question did not arrive: one question stands for all requests of its JID. */
  async #cameBack(waiting: Waiting, fate: 'blocked' | 'unreachable'): Promise<void> {
    const { settings, reports } = this.#parts
    for (const { id, asked } of waiting) {
      if (asked === 'sent') await settings.store.asked(id, fate)
    }
    reports.bounced(fate)
  }

  async #stop(heard: Heard): Promise<void> {
    const { notes, settings, speech, reports } = this.#parts
    const { jid } = heard.sender
    const waiting = await settings.store.waitingFor(jid)
    if (waiting.length === 0 && !(await this.#mayStop(heard.sender))) return
    if (!(await notes.isFirst(heard))) return
    const isNew = await notes.stop(jid)
    await this.#deny(waiting)
    // A bot that answers each text by STOP is answered once a minute.
    if (!(await notes.mayHelp(jid)) && !isNew) return
    // Not waited for: the next message of this account would wait as well.
    this.#endSessions(jid).then(
      () => speech.say(jid, 'stopped', waiting[0] ?? heard),
      (error: unknown) => {
        reports.failed(error)
        speech.say(jid, 'notStopped', waiting[0] ?? heard)
      },
    )
  }

  /** An account that was asked or signed in may always stop; of all others, those that could sign in, within limits. */
  async #mayStop(sender: Person): Promise<boolean> {
    const { notes, settings } = this.#parts
    if ((await notes.isRecent(sender.jid)) || (await notes.isKnown(sender.jid))) return true
    return (await settings.isAllowed(sender)) && (await notes.mayStopUnasked(sender))
  }

  async #endSessions(jid: string): Promise<void> {
    const { clock, settings } = this.#parts
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(STOP_WAIT_MS, () => reject(new Error('onStop takes too long')))
      // In a promise, so that an error that it throws is a rejection.
      new Promise<void>(ended => ended(settings.onStop(jid))).then(resolve, reject).finally(cancel)
    })
  }

  async #code(heard: Answer<'code'>): Promise<void> {
    const { notes, settings, speech, clock } = this.#parts
    const { store } = settings
    const { jid } = heard.sender
    if (!(await settings.isAllowed(heard.sender))) return this.#notAllowed(heard)
    if ((await notes.isMuted(jid)) || !(await notes.isFirst(heard))) return
    const record = await store.byCode(heard.said.code)
    if (record === undefined || (record.jid ?? jid) !== jid) return this.#wrongCode(heard)
    if (heard.isDelayed) return this.#help(heard, 'late', record)
    if (!(await store.bind(record.id, jid))) return this.#wrongCode(heard)
    // Read afterwards: a request that begins later finds this one, and knows that there are two.
    await this.#deny((await store.waitingFor(jid)).filter(({ id }) => id !== record.id))
    await notes.resume(jid)
    await notes.began(jid)
    if (settings.code === 'alone') return this.#grant(heard, { ...record, jid }, 'code')
    await store.asked(record.id, 'sent')
    speech.questionAfterCode(jid, record, clock.date())
  }

  /** Accounts that cannot sign in are without number: wrong codes of theirs leave no trace in the store. */
  async #notAllowed(heard: Answer<'code'>): Promise<void> {
    const { jid } = heard.sender
    const record = await this.#parts.settings.store.byCode(heard.said.code)
    if (record === undefined || (record.jid ?? jid) !== jid || heard.isDelayed) return
    await this.#help(heard, 'notAllowed', record)
  }

  async #wrongCode(heard: Heard): Promise<void> {
    const { notes, speech } = this.#parts
    if (await notes.wrongCode(heard.sender.jid)) speech.say(heard.sender.jid, 'wrongCode', heard)
  }

  /** A person who writes first may have encryption on, and could not know otherwise. */
  async #stranger(heard: Heard): Promise<void> {
    const { notes, settings, speech } = this.#parts
    const { sender, isDelayed } = heard
    if (!isOf(heard, 'encrypted') || isDelayed || settings.code === false) return
    if (!(await settings.isAllowed(sender)) || !(await notes.mayHelpUnasked(sender.jid))) return
    speech.say(sender.jid, 'encrypted', heard)
  }

  async #grant(heard: Heard, request: ConfirmRecord, way: ConfirmWay): Promise<void> {
    const { notes, settings, speech, reports } = this.#parts
    const { jid } = heard.sender
    // Before the decision: from then on, STOP has sessions to end.
    await notes.signsIn(jid)
    if (!(await settings.store.decide(request.id, { state: 'granted', way }))) return this.#help(heard, 'late', request)
    reports.decided({ ...request, jid, state: 'granted', way })
    speech.say(jid, 'accepted', request)
  }

  async #refused(heard: Heard, waiting: Waiting, text: 'denied' | 'wrongNumber'): Promise<void> {
    const { notes, speech } = this.#parts
    const { jid } = heard.sender
    await notes.quiet(jid)
    if (await this.#deny(waiting)) speech.say(jid, text, waiting[0] ?? heard)
    else await this.#help(heard, 'denied', waiting[0])
  }

  /** Denies requests, and returns true if one of them still waited. */
  async #deny(waiting: Waiting): Promise<boolean> {
    const { settings, reports } = this.#parts
    let isDecided = false
    for (const record of waiting) {
      if (!(await settings.store.decide(record.id, { state: 'denied' }))) continue
      isDecided = true
      reports.decided({ ...record, state: 'denied' })
    }
    return isDecided
  }

  async #help({ sender, language }: Heard, name: keyof ConfirmTexts, asker: Asker = { language }): Promise<void> {
    const { notes, speech } = this.#parts
    if (await notes.mayHelp(sender.jid)) speech.say(sender.jid, name, asker)
  }
}

function isOf<K extends Heard['said']['kind']>(heard: Heard, kind: K): heard is Answer<K> {
  return heard.said.kind === kind
}
