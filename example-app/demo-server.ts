import { type BoshServer, startBoshServer } from 'passport-xmpp-bosh/testing'

/** Users of the demonstration, with passwords that everybody knows. */
export const DEMO_USERS = { user1: 'user1', alice: 'wonderland' } as const

/** An XMPP server inside this process, on loopback, for those who have none at hand. */
export function startDemoServer(domain: string): Promise<BoshServer> {
  return startBoshServer({ domain, accounts: DEMO_USERS, registration: 'captcha' })
}
