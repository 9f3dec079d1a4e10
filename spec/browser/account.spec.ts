import { PASSWORD } from './fixture/pages'
import { onEverySite } from './fixture/visits'

const ANOTHER = 'another horse battery'

onEverySite(visits => {
  test('a visitor signs up and is signed in, changes the password and deletes the account', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/')
    await page.getByRole('link', { name: 'Sign up' }).click()
    await page.getByRole('img', { name: 'Captcha' }).waitFor()
    await see.signUp('carol', PASSWORD, await visits.site.captchaText())

    await see.at('/')
    expect(await see.told('status')).toContain('carol@localhost')
    await see.says('hello carol')
    expect(await see.told('status')).toBe('Your account carol@localhost is ready, and you are signed in.')

    await page.getByRole('link', { name: 'Your account' }).click()
    await see.account('Change password', PASSWORD, ANOTHER)
    expect(await see.told('status')).toMatch(/^Your password has been changed\./)
    await see.open('/')
    await see.says('hello carol')
    await see.press('Sign out')
    await see.says('hello world')

    await see.open('/login')
    await see.signIn('carol', PASSWORD)
    expect(await see.told('alert')).toBe('Unknown user name or wrong password.')
    await see.signIn('carol', ANOTHER)
    await see.says('hello carol')

    await see.open('/account')
    await see.deleteAccount(ANOTHER)
    await see.says('hello world')
    expect(await see.told('status')).toBe('The account carol@localhost has been deleted.')
    await see.open('/login')
    await see.signIn('carol', ANOTHER)
    expect(await see.told('alert')).toBe('Unknown user name or wrong password.')
  })

  test('the sign-up page shows a message and a new picture when the answer to the captcha is wrong', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/register')
    await see.signUp('dave', PASSWORD, 'a wrong answer')
    await see.at('/register')
    expect(await page.locator('form').getByRole('alert').textContent()).toContain(
      'answer to the picture or question is wrong',
    )
    expect(await page.title()).toBe('Error: Sign up · Example app')
    expect(await page.getByLabel('User name').inputValue()).toBe('dave')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    expect(await page.getByLabel('Characters in the picture').getAttribute('aria-invalid')).toBe('true')

    await see.signUp('dave', PASSWORD, await visits.site.captchaText())
    await see.says('hello dave')
    expect(await see.told('status')).toContain('dave@localhost')
  })

  test('a new picture keeps the name and needs a new answer', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/register')
    const old = await visits.site.captchaText()
    await page.getByLabel('User name').fill('erin')
    await see.press('New picture')
    await see.focusOn('#password')
    expect(await page.getByLabel('User name').inputValue()).toBe('erin')
    expect(await visits.site.captchaText()).not.toBe(old)
    await see.signUp('erin', PASSWORD, await visits.site.captchaText())
    await see.says('hello erin')
  })

  test('the Enter key in a field submits the form and requests no new picture', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/register')
    await page.getByLabel('User name').fill('erika')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByLabel('Characters in the picture').fill(await visits.site.captchaText())
    await page.keyboard.press('Enter')
    await see.says('hello erika')
  })

  test('a taken name is refused beside its field and keeps its password', async () => {
    await visits.site.addUser('frank', PASSWORD)
    const { page, see } = await visits.visitor()
    await see.open('/register')
    await see.signUp('frank', ANOTHER, await visits.site.captchaText())
    expect(await see.told('alert')).toContain('is taken')
    await see.focusOn('#username')
    expect(await page.getByLabel('User name').getAttribute('aria-invalid')).toBe('true')
    await see.open('/login')
    await see.signIn('frank', PASSWORD)
    await see.says('hello frank')
  })

  test('the account page shows a message beside the field and changes nothing when the password is wrong', async () => {
    await visits.site.addUser('grace', PASSWORD)
    const { page, see } = await visits.visitor()
    await see.open('/login?returnTo=/account')
    await see.signIn('grace')
    const forms = [
      ['password', () => see.account('Change password', 'a wrong one', ANOTHER)],
      ['sign-out-everywhere', () => see.account('Sign out everywhere', 'a wrong one')],
      ['delete', () => see.deleteAccount('a wrong one')],
    ] as const
    for (const [form, send] of forms) {
      await send()
      const field = page.locator(`#${form}-current[aria-invalid=true]:focus`)
      await field.waitFor()
      expect(await page.getByRole('alert').count()).toBe(1)
      expect(await see.told('alert')).toBe('That is not your password.')
      expect(await page.locator('input[name=password]:visible').count()).toBe(1)
      const colorOf = (selector: string, property: string) =>
        page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`)
      const edge = await colorOf(`#${form}-current`, 'borderTopColor')
      expect(edge).toMatch(/^rgb/)
      expect(edge).toBe(await colorOf('[role=alert]', 'color'))
    }
    await see.open('/')
    await see.says('hello grace')
    await see.press('Sign out')
    await see.open('/login')
    await see.signIn('grace')
    await see.says('hello grace')
  })

  test('a password change signs out the other browsers and not this one', async () => {
    await visits.site.addUser('heidi', PASSWORD)
    const [here, there] = [await visits.visitor(), await visits.visitor()]
    for (const { see } of [here, there]) {
      await see.open('/login')
      await see.signIn('heidi')
      await see.says('hello heidi')
    }
    await here.see.open('/account')
    await here.see.account('Change password', PASSWORD, ANOTHER)
    await here.see.told('status')
    await there.page.reload()
    await there.see.says('hello world')
    await here.see.open('/')
    await here.see.says('hello heidi')
  })

  test('the sessions of a deleted account stay ended when another person gets its name', async () => {
    await visits.site.addUser('ivan', PASSWORD)
    const [here, there] = [await visits.visitor(), await visits.visitor()]
    for (const { see } of [here, there]) {
      await see.open('/login?returnTo=/account')
      await see.signIn('ivan')
      await see.at('/account')
    }
    await here.see.deleteAccount(PASSWORD)
    await here.see.says('hello world')

    const next = await visits.visitor()
    await next.see.open('/register')
    await next.see.signUp('ivan', ANOTHER, await visits.site.captchaText())
    await next.see.says('hello ivan')
    await there.see.open('/account')
    await there.see.at('/login?returnTo=%2Faccount')
  })
})
