import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAMS } from './programs'
import type { Installed } from './started'

/** An app of docs/recipes, or one that the README offers for copying. */
export interface Recipe extends Installed {
  name: string
  /** the way to sign in: a form with a field of that name, or HTTP Basic in every request */
  signIn: { form: string } | 'basic'
  /** the greeting of alice on the page: her JID, or her row in the app's own table */
  greeting: RegExp
  /** set when its sessions outlive its process, in Redis or in the cookie itself */
  outlives?: true
  /** set when it refuses a form that another site submits */
  refusesOtherSites?: true
  /** set when it was made from an app that let visitors sign up, at that path */
  signUp?: string
}

const JID = /^Hello alice@localhost$/
const ROW = /^Hello user \d+$/

const HOW: Readonly<Record<string, Partial<Recipe>>> = {
  'hono-basic': { signIn: 'basic' },
  'express-redis': { outlives: true, refusesOtherSites: true },
  koa: { outlives: true },
  nestjs: { command: ['dist/main.js'] },
  'from-passport-local': { command: ['after.js'], greeting: ROW, signUp: '/signup' },
  'from-passport-ldapauth': { command: ['after.js'], greeting: ROW },
  'from-passport-xmpp': { command: ['after.js'], signIn: { form: 'jid' } },
}

const isProgram = (name: string) => PROGRAMS.some(program => program.name === name)

export const RECIPES: readonly Recipe[] = readdirSync(join(__dirname, '../../docs/recipes'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && !isProgram(entry.name))
  .map(({ name }) => ({
    name,
    directory: join('recipes', name),
    command: ['app.js'],
    signIn: { form: 'username' },
    greeting: JID,
    ...HOW[name],
  }))
