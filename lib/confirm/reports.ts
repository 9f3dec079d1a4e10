import { CONFIRMATION } from '../diagnostics/channels'
import type { ConfirmationMessage } from '../diagnostics/messages'
import { XmppBoshError } from '../errors/error'
import type { Clock } from '../time/clock'
import type { ConfirmRecord } from './store'

/** Messages of channel `passport-xmpp-bosh:confirmation`. They hold no number and no code, and a JID once it confirmed. */
export class Reports {
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  started({ asked, isDialog }: ConfirmRecord): void {
    publish({ event: 'started', asked, isDialog })
  }

  decided({ state, way, jid, startedAt }: ConfirmRecord): void {
    const duration = this.#clock.date() - startedAt
    if (state === 'granted') publish({ event: 'decided', decision: 'granted', way, jid, duration })
    else publish({ event: 'decided', decision: 'denied', duration })
  }

  bounced(asked: ConfirmRecord['asked']): void {
    publish({ event: 'bounced', asked })
  }

  /** Reports a fault that ends no request: of the store, of the account, or of a function of the app. */
  failed(error: unknown): void {
    // Without the error itself: one of a database may repeat the command, and so a code.
    publish({ event: 'failed', code: XmppBoshError.is(error) ? error.code : 'unexpected' })
  }
}

function publish(message: ConfirmationMessage): void {
  if (CONFIRMATION.hasSubscribers) CONFIRMATION.publish(message)
}
