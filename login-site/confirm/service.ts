import { Confirmations, ServiceAccount } from 'passport-xmpp-bosh'
import type { XmppOptions } from '../auth/auth'
import type { ConfirmConfig } from '../config/confirm'
import type { Log } from '../operation/log'
import type { Stores } from '../stores'

/** The service account that asks visitors, with its questions. */
export interface ConfirmService {
  readonly confirmations: Confirmations
  readonly account: ServiceAccount
  /** Tells whether the account is online at the moment. */
  isOnline(): boolean
  /** Signs the account out. It loses no answer. */
  close(): Promise<void>
}

export interface ConfirmServiceOptions {
  readonly xmpp: XmppOptions
  readonly confirm: ConfirmConfig
  readonly appName: string
  readonly stores: Pick<Stores, 'confirmations'>
  readonly log: Log
  /** is called when a person answers STOP */
  readonly onStop: (jid: string) => Promise<void>
}

/** Signs the service account in, in the background: visitors with a password need not wait for it. */
export function createConfirmService(options: ConfirmServiceOptions): ConfirmService {
  const { xmpp, confirm, appName, stores, log, onStop } = options
  const { forwardClientIp: _, ...connection } = xmpp
  const { username, password, url, allow, code } = confirm
  const account = new ServiceAccount({ ...connection, username, password, nickname: appName })
  const confirmations = new Confirmations({
    account,
    site: new URL(url).host,
    url,
    allow,
    code,
    store: stores.confirmations,
    onStop,
  })
  account.ready().then(
    () => log.info({ state: 'online' }, 'the service account is online'),
    (reason: unknown) => {
      if (account.state === 'closed') return
      const { code, message } = reason as { code?: unknown; message?: unknown }
      log.error({ state: 'refused', code }, `the service account cannot sign in: ${message}`)
    },
  )
  return {
    confirmations,
    account,
    isOnline: () => account.state === 'online',
    async close() {
      // The account first: no message comes any more that would change a request, and those that came are worked on.
      await account.close()
      await confirmations.close()
    },
  }
}
