import { type BoshServer, startBoshServer } from 'passport-xmpp-bosh/testing'

/** Users of the demo server, with public passwords. */
export const DEMO_USERS = { user1: 'user1', alice: 'wonderland' } as const

/** Starts an XMPP server inside this process, on loopback, to try the app without a server. */
export function startDemoServer(domain: string): Promise<BoshServer> {
  return startBoshServer({ domain, accounts: DEMO_USERS, registration: 'captcha' })
}
