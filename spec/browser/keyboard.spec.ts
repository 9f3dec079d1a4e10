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
    await tabTo('.show')
    await tabTo('input[name=ocr]')
    await type(await visits.site.captchaText())
    await tabTo('button:has-text("Create account")')
    await enter()

    await see.says('hello judy')

    await tabTo('.brand')
    await tabTo('.menu summary')
    await enter()
    await tabTo('.menu a[href="/account"]')
    await enter()
    await see.says('Your account')
    for (const next of ['.brand', '.menu summary', '#password summary']) await tabTo(next)
    await enter()
    await tabTo('#password-current')
    await type(PASSWORD)
    for (const next of ['.show', '#new-password']) await tabTo(next)
    await type('another horse battery')
    for (const next of ['.show', 'button:has-text("Change password")']) await tabTo(next)
    await enter()
    expect(await see.told('status')).toMatch(/^Your password has been changed/)

    const rows = ['#password summary', '#sessions summary', '#sign-out-everywhere summary']
    for (const next of ['.brand', '.menu summary', ...rows]) await tabTo(next)
    await tabTo('a[href="/account/delete"]')
    await enter()
    await see.says('Delete account')
    for (const next of ['.brand', '.menu summary', 'a[href="/account/delete/confirm"]']) await tabTo(next)
    await enter()
    await on('#delete-current')
    await type('a wrong one')
    for (const next of ['.show', 'button:has-text("Delete account for good")']) await tabTo(next)
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
    for (const next of ['.brand', '.menu summary', 'main a[href="/account"]', 'main button']) await tabTo(next)
    await enter()
    await see.says('hello world')

    await see.open('/register')
    await on('#username')
    await type('leo')
    for (const next of ['#password', '.show', 'input[name=ocr]', 'button:has-text("Create account")']) await tabTo(next)
    await tabTo('button:has-text("New picture")')
    await enter()
    await on('#password')
    expect(await page.getByLabel('User name').inputValue()).toBe('leo')
  })
})
