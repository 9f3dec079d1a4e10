import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** An app of docs/recipes, or one that the README offers for copying. */
export interface Recipe {
  name: string
  /** the folder of its installation, below MATRIX_DIR */
  directory: string
  /** arguments of node */
  command: readonly string[]
  /** the way to sign in: a form with a field of that name, or HTTP Basic in every request */
  signIn: { form: string } | 'basic'
  /** the greeting of alice on the page: her JID, or her row in the app's own table */
  greeting: RegExp
  /** set when its sessions outlive its process, in Redis or in the cookie itself */
  outlives?: true
}

const JID = /^Hello alice@localhost$/
const ROW = /^Hello user \d+$/

const HOW: Readonly<Record<string, Partial<Recipe>>> = {
  'hono-basic': { signIn: 'basic' },
  'express-redis': { outlives: true },
  koa: { outlives: true },
  nestjs: { command: ['dist/main.js'] },
  'from-passport-local': { command: ['after.js'], greeting: ROW },
  'from-passport-ldapauth': { command: ['after.js'], greeting: ROW },
  'from-passport-xmpp': { command: ['after.js'], signIn: { form: 'jid' } },
}

export const RECIPES: readonly Recipe[] = readdirSync(join(__dirname, '../../docs/recipes'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => ({
    name,
    directory: join('recipes', name),
    command: ['app.js'],
    signIn: { form: 'username' },
    greeting: JID,
    ...HOW[name],
  }))
