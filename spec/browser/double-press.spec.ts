import type { Page } from 'playwright-core'
import { PASSWORD, Pages } from './fixture/pages'
import { type SlowLine, slowLine } from './fixture/slow-line'
import { onEverySite } from './fixture/visits'

/** ms of a slow line. Two presses come in less. */
const ROUND_TRIP_MS = 400

/** A button of a page. A new button is a new row. */
interface Button {
  readonly name: string
  readonly page: string
  readonly signedIn: boolean
  /** the account is signed in in another browser as well */
  readonly elsewhere?: boolean
  /** Fills in the form. */
  readonly fill: (page: Page, see: Pages, on: { name: string; captcha: () => Promise<string> }) => Promise<void>
  /** text of the page afterwards */
  readonly says: (name: string) => string
  /** text of the page in a second tab, which is opened before and pressed after the first one */
  readonly saysInSecondTab: (name: string) => RegExp
  /** password with which the account can be signed in to afterwards; undefined: with none */
  readonly passwordAfter: string | undefined
}

const NEW_PASSWORD = 'another horse battery'

const inRow = (heading: string, newPassword?: string): Button['fill'] => {
  return async (_page, see) => {
    const row = see.row(heading)
    await row.getByLabel('Your password').fill(PASSWORD)
    if (newPassword !== undefined) await row.getByLabel('New password').fill(newPassword)
  }
}

const BUTTONS: Button[] = [
  {
    name: 'Sign in',
    page: '/login',
    signedIn: false,
    fill: async (page, _see, { name }) => {
      await page.getByLabel('User name').fill(name)
      await page.getByLabel('Password').fill(PASSWORD)
    },
    says: name => `hello ${name}`,
    saysInSecondTab: name => RegExp(`hello ${name}`),
    passwordAfter: PASSWORD,
  },
  {
    name: 'Create account',
    page: '/register',
    signedIn: false,
    fill: async (page, _see, { name, captcha }) => {
      await page.getByLabel('User name').fill(name)
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByLabel('Characters in the picture').fill(await captcha())
    },
    says: name => `Your account ${name}@localhost is ready, and you are signed in.`,
    saysInSecondTab: name => RegExp(`hello ${name}`),
    passwordAfter: PASSWORD,
  },
  {
    name: 'Change password',
    page: '/account?open=password',
    signedIn: true,
    fill: inRow('Change password', NEW_PASSWORD),
    says: () => 'Your password has been changed.',
    saysInSecondTab: () => /This form is no longer valid/,
    passwordAfter: NEW_PASSWORD,
  },
  {
    name: 'Sign out everywhere',
    page: '/account?open=sign-out-everywhere',
    signedIn: true,
    fill: inRow('Sign out everywhere'),
    says: () => 'You are signed out everywhere.',
    saysInSecondTab: () => /Sign in/,
    passwordAfter: PASSWORD,
  },
  {
    name: 'Delete account for good',
    page: '/account/delete/confirm',
    signedIn: true,
    fill: async page => page.getByLabel('Your password').fill(PASSWORD),
    says: name => `The account ${name}@localhost has been deleted.`,
    saysInSecondTab: () => /Sign in/,
    passwordAfter: undefined,
  },
  {
    name: 'End the session in Chrome, Linux',
    page: '/account?open=sessions',
    signedIn: true,
    elsewhere: true,
    fill: async () => {},
    says: () => 'The session has been ended.',
    saysInSecondTab: () => /This session had ended already\./,
    passwordAfter: PASSWORD,
  },
  {
    name: 'Sign out',
    page: '/',
    signedIn: true,
    fill: async () => {},
    says: () => 'hello world',
    saysInSecondTab: () => /hello world/,
    passwordAfter: PASSWORD,
  },
]

onEverySite(visits => {
  let line: SlowLine
  let accounts = 0

  beforeAll(async () => {
    line = await slowLine(visits.site.url, ROUND_TRIP_MS)
  })
  afterAll(() => line.close())

  async function ready(
    { page: path, signedIn, elsewhere, name: label }: Button,
    options: { javaScriptEnabled?: boolean } = {},
  ) {
    const name = `double${++accounts}`
    if (label !== 'Create account') await visits.site.addUser(name, PASSWORD)
    const visitor = await visits.visitorOf({ ...visits.site, url: line.url }, options)
    if (elsewhere) {
      const { see } = await visits.visitor()
      await see.open('/login')
      await see.signIn(name)
      await see.says(`hello ${name}`)
    }
    visitor.expected.add(403)
    visitor.expected.add(422)
    if (signedIn) {
      await visitor.see.open('/login')
      await visitor.see.signIn(name)
      await visitor.see.says(`hello ${name}`)
    }
    await visitor.see.open(path)
    return { ...visitor, name, on: { name, captcha: () => visits.site.captchaText() } }
  }

  async function assertAccount(name: string, { passwordAfter }: Button) {
    const { see } = await visits.visitor()
    for (const password of [PASSWORD, NEW_PASSWORD]) {
      await see.open('/login')
      await see.signIn(name, password)
      if (password === passwordAfter) return see.says(`hello ${name}`)
      expect(await see.told('alert')).toBe('Unknown user name or wrong password.')
    }
  }

  const rows = BUTTONS.flatMap(button =>
    [true, false].map((javaScriptEnabled): [string, string, Button, boolean] => [
      button.name,
      javaScriptEnabled ? 'with' : 'without',
      button,
      javaScriptEnabled,
    ]),
  )

  test.each(rows)(
    'the page says what is true when "%s" is pressed twice %s scripts',
    async (_name, _with, button, javaScriptEnabled) => {
      const { page, see, name, on } = await ready(button, { javaScriptEnabled })
      await button.fill(page, see, on)
      const target = page.getByRole('button', { name: button.name, exact: true })
      await target.scrollIntoViewIfNeeded()
      const box = await target.boundingBox()
      if (!box) throw new Error('the button has no place')
      const press = () => page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
      await press()
      await press()
      await page.getByText(button.says(name)).first().waitFor()
      await assertAccount(name, button)
    },
  )

  test.each(BUTTONS.map((button): [string, Button] => [button.name, button]))(
    'the pages say what is true when "%s" is pressed in two tabs',
    async (_name, button) => {
      const { page, see, name, on } = await ready(button)
      await button.fill(page, see, on)
      const tab = await page.context().newPage()
      await tab.goto(line.url + button.page)
      await button.fill(tab, new Pages(tab, line.url), on)
      await see.press(button.name)
      await page.getByText(button.says(name)).first().waitFor()
      await tab.getByRole('button', { name: button.name, exact: true }).click()
      await tab.getByText(button.saysInSecondTab(name)).first().waitFor()
      await assertAccount(name, button)
    },
  )
})
