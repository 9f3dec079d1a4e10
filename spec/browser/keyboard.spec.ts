import { PASSWORD } from './fixture/pages'
import { onEverySite, type Visitor } from './fixture/visits'

/** The keyboard of a visitor without a mouse. Checks that the focus is visible. */
function keyboard({ page, see }: Visitor) {
  // Waits, since the style sheet may arrive after the focus.
  const outlined = () => page.waitForFunction("getComputedStyle(document.activeElement).outlineStyle === 'solid'")
  const on = async (selector: string) => {
    await see.focusOn(selector)
    expect(await outlined()).toBeTruthy()
  }
  return {
    on,
    async tabTo(selector: string) {
      await page.keyboard.press('Tab')
      await on(selector)
    },
    type: (text: string) => page.keyboard.type(text),
    enter: () => page.keyboard.press('Enter'),
  }
}

onEverySite(visits => {
  test('a visitor signs up, is signed in, changes the password and deletes the account with the keyboard alone', async () => {
    const visitor = await visits.visitor()
    const { see } = visitor
    const { on, tabTo, type, enter } = keyboard(visitor)

    await see.open('/')
    await tabTo('.brand')
    await tabTo('a[href="/login"]')
    await tabTo('a[href="/register"]')
    await enter()

    await on('#username')
    await type('judy')
    await tabTo('#password')
    await type(PASSWORD)
    await tabTo('input[name=ocr]')
    await type(await visits.site.captchaText())
    await tabTo('button:has-text("Create account")')
    await enter()

    await see.says('hello judy')

    await tabTo('.brand')
    await tabTo('a[href="/account"]')
    await enter()
    await see.says('Your account')
    await tabTo('.brand')
    await tabTo('#password-current')
    await type(PASSWORD)
    await tabTo('#new-password')
    await type('another horse battery')
    await tabTo('button:has-text("Change password")')
    await enter()
    expect(await see.told('status')).toMatch(/^Your password has been changed/)

    for (const next of ['.brand', '#password-current', '#new-password', 'button', '#sign-out-everywhere-current']) {
      await tabTo(next)
    }
    await tabTo('button:has-text("Sign out everywhere")')
    await tabTo('#delete-current')
    await type('a wrong one')
    await tabTo('button:has-text("Delete account")')
    await enter()
    await on('#delete-current')
    await type('another horse battery')
    await enter()
    await see.says('hello world')
  })

  test('a visitor signs out and requests a new picture with the keyboard alone', async () => {
    await visits.site.addUser('kim', PASSWORD)
    const visitor = await visits.visitor()
    const { page, see } = visitor
    const { on, tabTo, type, enter } = keyboard(visitor)

    await see.open('/login')
    await on('#username')
    await type('kim')
    await tabTo('#password')
    await type(PASSWORD)
    await enter()
    await see.says('hello kim')
    for (const next of ['.brand', 'a[href="/account"]', 'button']) await tabTo(next)
    await enter()
    await see.says('hello world')

    await see.open('/register')
    await on('#username')
    await type('leo')
    for (const next of ['#password', 'input[name=ocr]', 'button:has-text("Create account")']) await tabTo(next)
    await tabTo('button:has-text("New picture")')
    await enter()
    await on('#password')
    expect(await page.getByLabel('User name').inputValue()).toBe('leo')
  })
})
