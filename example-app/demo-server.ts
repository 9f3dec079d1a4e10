import { startBoshServer } from 'passport-xmpp-bosh/testing'
import type { ConfirmConfig } from './config/confirm'
import { createPhones } from './demo/chats'
import type { DemoPhones } from './demo/phone'

/** Users of the demo server, with public passwords. */
export const DEMO_USERS = { user1: 'user1', alice: 'wonderland' } as const

/** The account that asks visitors in their XMPP app. */
type Account = Pick<ConfirmConfig, 'username' | 'password'>

/** An XMPP server inside this process. */
export interface DemoServer {
  readonly url: string
  readonly phones: DemoPhones
  close(): Promise<void>
}

/** Starts an XMPP server inside this process, on loopback, to try the app without a server. */
export async function startDemoServer(domain: string, account: Account | undefined): Promise<DemoServer> {
  const accounts = { ...DEMO_USERS, ...(account && { [account.username]: account.password }) }
  const xmpp = await startBoshServer({ domain, accounts, registration: 'captcha' })
  const phones = createPhones(xmpp, `${account?.username}@${domain}`)
  for (const user of Object.keys(DEMO_USERS)) phones.add(`${user}@${domain}`)
  return { url: xmpp.url, phones, close: () => xmpp.close() }
}
