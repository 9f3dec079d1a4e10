/* The names that examples in documents use without a declaration, because their reader has them already. */

import type * as strictAssert from 'node:assert/strict'
import type * as fs from 'node:fs'
import type { Express, Request } from 'express'
import type { PassportStatic } from 'passport'
import type * as library from 'passport-xmpp-bosh'
import type * as testing from 'passport-xmpp-bosh/testing'
import type supertest from 'supertest'

declare global {
  const app: Express
  const req: Request & { session: { registration?: library.RegistrationState } }
  const passport: PassportStatic
  const users: { findOrCreate(columns: { xmppJid: string }): Promise<{ id: string; locked: boolean }> }

  const options: library.StrategyOptions
  const service: string
  const domain: string
  const username: string
  const password: string
  const newPassword: string

  const request: typeof supertest
  const assert: typeof strictAssert
  const xmpp: testing.BoshServer
  /** of a certificate, PEM */
  const key: string
  const cert: string
  function createApp(options: library.StrategyOptions): Express

  const account: library.ServiceAccount
  const reader: library.RoleReader<'admins' | 'staff'>
  const strategy: library.ConfirmStrategy<Request>
  const confirmations: library.Confirmations
  const site: string
  const url: string
  const allow: string
  const jid: string
  /** "from where" of a visitor */
  const place: string
  const readFileSync: typeof fs.readFileSync
  function browserOf(req: library.ConfirmRequest): string
  function waitPage(view: library.ConfirmView): string
  function endSessionsOf(jid: string): Promise<void>
  function signIn(jid: string | undefined): Promise<void>
  function signOut(): Promise<void>

  const ConfirmStrategy: typeof library.ConfirmStrategy
  const Confirmations: typeof library.Confirmations
  const Strategy: typeof library.Strategy
  const Authenticator: typeof library.Authenticator
  const Registration: typeof library.Registration
  const startBoshServer: typeof testing.startBoshServer
}
