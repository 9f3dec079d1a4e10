import type { Request, Response } from 'express'
import { type ConfirmRecord, type ConfirmView, displayJid } from 'passport-xmpp-bosh'
import { confirmRefusal, type Refusal } from '../auth/refusals'
import type { ConfirmConfig } from '../config/confirm'
import { logEvent, outcomeOf } from '../operation/events'
import { addressOf } from '../protection/visitor-address'
import { browserOf } from '../sessions/browser'
import { profileOf } from '../sessions/profile'
import type { SignOut } from '../sessions/sign-out'
import { type SessionStores, signIn } from '../sessions/signed-in'
import { languageTagOf } from '../texts'
import type { HeldRequests } from './held'
import type { KnownBrowsers } from './known-browsers'
import type { ConfirmService } from './service'
import { type Waiting, waitingOf } from './waiting'

/** Request of a visitor to be signed in. */
export interface Wish {
  /** the address as typed; empty: the visitor writes first */
  readonly jid: string
  readonly target: string
  readonly stay: boolean
  /** the visitor asks for a new message */
  readonly isAgain: boolean
}

/** The form that begins a request. */
export interface ConfirmForm {
  /** the account that asks, as people read it */
  readonly bot: string
  /** only accounts of the own domain may sign in */
  readonly isOwnOnly: boolean
  /** the visitor may write first */
  readonly hasCode: boolean
}

/** State of the request that the browser waits for. */
export type ConfirmOutcome =
  | { readonly state: 'waiting' }
  /** the visitor has to agree to this account first */
  | { readonly state: 'agreed'; readonly jid: string }
  | { readonly state: 'signed-in'; readonly target: string }
  | { readonly state: 'refused'; readonly refusal: Refusal; readonly target: string }

export interface ConfirmLoginOptions {
  readonly service: ConfirmService
  readonly settings: ConfirmConfig
  /** domain of an address that was typed without one */
  readonly domain: string
  readonly stores: SessionStores
  readonly held: HeldRequests
  readonly known: KnownBrowsers
  /** ends a session that has just begun */
  readonly signOut: SignOut
}

/** Signs visitors in by their own XMPP app, for the pages and the API. */
export class ConfirmLogin {
  readonly #options: ConfirmLoginOptions

  constructor(options: ConfirmLoginOptions) {
    this.#options = options
  }

  /** JID of the account that asks */
  get bot(): string {
    return this.#options.service.confirmations.bot
  }

  /** Tells whether the code of a page signs in without the number. */
  get isCodeEnough(): boolean {
    return this.#options.settings.code === 'alone'
  }

  /** Describes the form of the login page. */
  get shown(): ConfirmForm {
    const { settings, domain } = this.#options
    const { allow, code } = settings
    return { bot: displayJid(this.bot), isOwnOnly: allow !== '*' && allow.join() === domain, hasCode: code !== false }
  }

  /** Begins a request, in place of the one that this browser waits for. */
  async start(req: Request, { jid, target, stay, isAgain }: Wish): Promise<Waiting | Refusal> {
    const { service, stores } = this.#options
    const asked = this.#addressIn(jid)
    try {
      // One message is enough for two requests of a person, so a new one comes only after the end of the first request.
      if (isAgain) await this.#giveUp(req)
      // Read before the person agrees: a password that is changed meanwhile ends this sign-in too.
      const revocation = await stores.revocations.latest()
      const { id } = await service.confirmations.start({
        ...(asked !== undefined && { jid: asked }),
        visitor: await this.#visitorOf(req, asked),
      })
      await this.#giveUp(req)
      logEvent(req, 'confirm-started')
      return { id, target, stay, revocation, since: Date.now() }
    } catch (reason) {
      const refusal = confirmRefusal(reason)
      logEvent(req, refusal ? 'confirm-refused' : 'confirm-failed', { outcome: outcomeOf(reason) })
      if (refusal) return refusal
      throw reason
    }
  }

  /** Returns the request that the browser waits for. @param isHeld waits until there is something new */
  async look(req: Request, isHeld: boolean): Promise<ConfirmView | undefined> {
    const { id } = waitingOf(req) ?? {}
    if (id === undefined) return undefined
    const { service, held } = this.#options
    const { confirmations } = service
    if (!isHeld) return confirmations.waiting(id)
    return held.hold(req, (ms, signal) => confirmations.settled(id, ms, signal))
  }

  /**
   * Signs the visitor in if the person has agreed, once.
   *
   * @param agreedTo JID that the visitor has seen; it matters where a code alone was enough, which a person may have sent
   * for a page of another visitor
   */
  async finish(req: Request, res: Response, agreedTo?: string): Promise<ConfirmOutcome> {
    const waiting = waitingOf(req)
    const { confirmations } = this.#options.service
    const view = waiting && (await confirmations.waiting(waiting.id))
    if (view?.state === 'waiting') return { state: 'waiting' }
    // Another tab may have replaced the request since the visitor saw a JID.
    if (view?.granted && view.way === 'code' && view.jid !== undefined && view.jid !== agreedTo) {
      return { state: 'agreed', jid: view.jid }
    }
    const record = waiting && (await confirmations.take(waiting.id))
    // A cookie without a request stays: another tab may be replacing it just now.
    if (record) req.keptWaiting?.clear()
    const isGranted = record?.state === 'granted' && record.jid !== undefined
    if (isGranted && (await this.#signIn(req, res, record, waiting))) {
      return { state: 'signed-in', target: waiting?.target ?? '/' }
    }
    const refusal = isGranted || record?.state === 'denied' ? DENIED : EXPIRED
    logEvent(req, refusal === DENIED ? 'confirm-denied' : 'confirm-expired', { outcome: refusal.code })
    return { state: 'refused', refusal, target: waiting?.target ?? '/' }
  }

  /** Gives the request of this browser up. Returns the page that it was to lead to. */
  async cancel(req: Request): Promise<string> {
    const target = waitingOf(req)?.target ?? '/'
    await this.#giveUp(req)
    return target
  }

  async #giveUp(req: Request): Promise<void> {
    const waiting = waitingOf(req)
    if (waiting) await this.#options.service.confirmations.cancel(waiting.id)
    req.keptWaiting?.clear()
  }

  /** Resolves to false if the person has answered STOP meanwhile. */
  async #signIn(req: Request, res: Response, record: ConfirmRecord, waiting: Waiting | undefined): Promise<boolean> {
    const { jid = '', way = 'number' } = record
    const { service, stores, settings, known, signOut } = this.#options
    const { revocation, stay } = waiting ?? { revocation: await stores.revocations.latest(), stay: false }
    await signIn(stores, req, profileOf(jid), { mechanism: MECHANISM, revocation, stay })
    // Not before the session is stored: the chat must not tell of a sign-in that failed.
    let isTold = false
    try {
      isTold = await service.confirmations.signedIn(record)
    } finally {
      if (!isTold) await signOut(req, res)
    }
    if (!isTold) return false
    if (settings.dialog === 'known') await known.remember(req, res, { jid, revocation })
    logEvent(req, 'confirm-granted', { outcome: way, jid })
    logEvent(req, 'login', { jid })
    return true
  }

  #addressIn(typed: string): string | undefined {
    const address = typed.trim()
    if (address === '') return undefined
    return address.includes('@') ? address : `${address}@${this.#options.domain}`
  }

  async #visitorOf(req: Request, jid: string | undefined) {
    const { settings, known } = this.#options
    const { dialog } = settings
    const place = [browserOf(req), req.ip].filter(Boolean).join(', ')
    return {
      place,
      language: languageTagOf(req),
      dialog: dialog === 'always' || (dialog === 'known' && (await known.isKnown(req, jid))),
      key: addressOf(req),
    }
  }
}

/** Stands where the mechanism of a password stands. */
const MECHANISM = 'xmpp-confirm'

const DENIED: Refusal = { code: 'confirm-denied', status: 401, message: 'confirm.denied' }
const EXPIRED: Refusal = { code: 'confirm-expired', status: 401, message: 'confirm.expired' }

/** Tells whether a request was refused before it began. */
export function isRefusal(started: Waiting | Refusal): started is Refusal {
  return 'message' in started
}
