import { startBoshServer } from 'passport-xmpp-bosh/testing'
import type { ConfirmConfig } from './config/confirm'
import type { RolesConfig } from './config/roles'
import { cast } from './demo/cast'
import { createPhones } from './demo/chats'
import type { DemoPhones } from './demo/phone'

/** Users of the demo server, with public passwords. */
export const DEMO_USERS = { user1: 'user1', alice: 'wonderland', bob: 'builder' } as const

export interface DemoOptions {
  /** the account that asks visitors in their XMPP app */
  readonly confirm: Pick<ConfirmConfig, 'username' | 'password'> | undefined
  /** rooms that the server has */
  readonly roles: RolesConfig | undefined
}

/** An XMPP server inside this process. */
export interface DemoServer {
  readonly url: string
  readonly phones: DemoPhones
  close(): Promise<void>
}

/** Starts an XMPP server inside this process, on loopback, to try the app without a server. */
export async function startDemoServer(domain: string, options: DemoOptions): Promise<DemoServer> {
  const { confirm: account, roles } = options
  const accounts = { ...DEMO_USERS, ...(account && { [account.username]: account.password }) }
  const xmpp = await startBoshServer({ domain, accounts, registration: 'captcha' })
  cast(xmpp, { domain, account: account?.username, roles })
  const phones = createPhones(xmpp, `${account?.username}@${domain}`)
  for (const user of Object.keys(DEMO_USERS)) phones.add(`${user}@${domain}`)
  return { url: xmpp.url, phones, close: () => xmpp.close() }
}
