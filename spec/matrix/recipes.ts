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

interface Form {
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

/** A recipe whose visitors confirm the sign-in in their XMPP client. */
export interface ConfirmedRecipe extends Installed {
  readonly name: string
  /** the form that starts a sign-in of alice */
  readonly form: Form
  /** the same of a visitor that types no address, where there is a field for it */
  readonly formWithoutJid: Form
  readonly greeting: RegExp
}

const isProgram = (name: string) => PROGRAMS.some(program => program.name === name)
const isConfirmed = (name: string) => name.startsWith('password-less') || name === 'second-factor'
const isOfRoles = (name: string) => name === 'roles' || name.startsWith('roles-')

const NAMES = readdirSync(join(__dirname, '../../docs/recipes'), { withFileTypes: true })
  .filter(entry => entry.isDirectory() && !isProgram(entry.name))
  .map(({ name }) => name)

const installed = (name: string) => ({ name, directory: join('recipes', name), command: ['app.js'] })

export const RECIPES: readonly Recipe[] = NAMES.filter(name => !isConfirmed(name) && !isOfRoles(name)).map(name => ({
  ...installed(name),
  signIn: { form: 'username' },
  greeting: JID,
  ...HOW[name],
}))

/** Recipes with a page for admins, whom a room names. */
export const ROLE_RECIPES: readonly Recipe[] = NAMES.filter(isOfRoles).map(name => ({
  ...installed(name),
  signIn: { form: 'username' },
  greeting: JID,
}))

const PASSWORD_FORM: Form = { path: '/login', fields: { username: 'alice', password: 'secret' } }

export const CONFIRMED_RECIPES: readonly ConfirmedRecipe[] = NAMES.filter(isConfirmed).map(name => ({
  ...installed(name),
  ...(name === 'second-factor'
    ? { form: PASSWORD_FORM, formWithoutJid: PASSWORD_FORM, greeting: ROW }
    : {
        form: { path: '/login/xmpp', fields: { jid: 'Alice@LOCALHOST' } },
        formWithoutJid: { path: '/login/xmpp', fields: { jid: '' } },
        greeting: JID,
      }),
}))
