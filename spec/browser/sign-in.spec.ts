import { PASSWORD } from './fixture/pages'
import { onEverySite, type Visits } from './fixture/visits'

onEverySite(visits => {
  beforeAll(async () => {
    await visits.site.addUser('alice', PASSWORD)
    await visits.site.addUser('bob', PASSWORD)
  })

  test('the login page shows a message, keeps the name and focuses the password when the password is wrong', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await see.signIn('alice', 'a wrong one')
    const alert = page.locator('form').getByRole('alert')
    expect(await alert.textContent()).toBe('Unknown user name or wrong password.')
    expect(await page.getByLabel('User name').inputValue()).toBe('alice')
    expect(await page.getByLabel('Password').inputValue()).toBe('')
    await see.focusOn('#password')
    expect(await page.title()).toBe('Error: Sign in · Example app')

    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await see.says('hello alice')
  })

  test('the message is gone after a reload, and a name with markup stays text', async () => {
    const { page, see } = await visits.visitor()
    const name = '"><script>console.error(1)</script>'
    await see.open('/login')
    await see.signIn(name, 'a wrong one')
    expect(await see.told('alert')).toBe('Unknown user name or wrong password.')
    expect(await page.getByLabel('User name').inputValue()).toBe(name)
    await page.reload()
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await page.getByLabel('User name').inputValue()).toBe('')
  })

  test('the start page shows the account, and the time of the login in the zone of the visitor', async () => {
    const { page, see } = await visits.visitor({ locale: 'en-GB', timezoneId: 'Pacific/Kiritimati' })
    await see.open('/login')
    await see.signIn('alice@localhost')
    await see.says('hello alice')
    expect(await page.locator('dd').nth(0).textContent()).toBe('alice@localhost')
    expect(await page.locator('main').textContent()).not.toContain('SCRAM')
    const time = page.locator('time')
    const datetime = (await time.getAttribute('datetime')) ?? ''
    const shown = (timeZone: string) =>
      new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(
        Date.parse(datetime),
      )
    await page.locator('time[title]').waitFor()
    expect(await time.textContent()).toBe(shown('Pacific/Kiritimati'))
    expect(await time.getAttribute('title')).toBe(`${shown('UTC')} UTC`)
    expect(Date.parse(datetime)).toBeLessThanOrEqual(Date.now())
  })

  test('a user stays signed in when another user signs out in another browser', async () => {
    const [alice, bob] = [await visits.visitor(), await visits.visitor()]
    await Promise.all([alice.see.open('/login'), bob.see.open('/login')])
    await Promise.all([alice.see.signIn('alice'), bob.see.signIn('bob')])
    await alice.see.says('hello alice')
    await bob.see.says('hello bob')
    await alice.see.press('Sign out')
    await alice.see.says('hello world')
    await bob.page.reload()
    await bob.see.says('hello bob')
  })

  test.each(['/', '/account'])('the back button does not show %s after signing out', async path => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await see.signIn('alice')
    await see.says('hello alice')
    await see.open(path)
    await see.open('/')
    await see.press('Sign out')
    await see.says('hello world')
    await page.goBack()
    expect(await page.content()).not.toContain('alice')
    await page.goBack()
    expect(await page.content()).not.toContain('alice')
  })

  describe('an ended session', () => {
    const OVER = 'Your session has ended. Please sign in again.'

    async function signedIn({ visitor }: Visits) {
      const opened = await visitor()
      await opened.see.open('/login')
      await opened.see.signIn('alice')
      await opened.see.says('hello alice')
      return opened
    }

    test('the login page shows a message and leads to the requested page when the session was forgotten', async () => {
      const { page, see } = await signedIn(visits)
      await new Promise(resolve => visits.site.stores.sessions.clear?.(resolve))
      await page.getByRole('link', { name: 'Your account' }).click()
      await see.at('/login?returnTo=%2Faccount')
      expect(await see.told('status')).toBe(OVER)
      await see.signIn('alice')
      await see.at('/account')
      expect(await see.heading()).toBe('Your account')
    })

    test('an open form is not submitted, and the login page shows a message, when another browser ended the session', async () => {
      const here = await signedIn(visits)
      await here.see.open('/account')
      const there = await signedIn(visits)
      await there.see.open('/account')
      await there.see.account('Sign out everywhere', PASSWORD)
      await there.see.at('/login')
      expect(await there.see.told('status')).toBe('You are signed out everywhere.')

      await here.see.account('Change password', PASSWORD, 'another horse battery')
      await here.see.at('/login?returnTo=%2Faccount')
      expect(await here.see.told('status')).toBe(OVER)
      await here.see.signIn('alice')
      await here.see.at('/account')
    })

    test('the login page shows no message when the visitor was never signed in', async () => {
      const { page, see } = await visits.visitor()
      await see.open('/account')
      await see.at('/login?returnTo=%2Faccount')
      expect(await page.getByRole('status').count()).toBe(0)
    })
  })

  test('a visitor signs in and out without JavaScript', async () => {
    const { page, see } = await visits.visitor({ javaScriptEnabled: false })
    await see.open('/login')
    await see.signIn('alice', 'a wrong one')
    expect(await see.told('alert')).toBe('Unknown user name or wrong password.')
    await see.signIn('alice')
    await see.says('hello alice')
    expect(await page.locator('time').textContent()).toMatch(/^\d{1,2} \w{3} \d{4}, \d\d:\d\d UTC$/)
    await see.press('Sign out')
    await see.says('hello world')
  })

  test('a button shows and hides the password, and a submitted field is a password again', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await page.locator('#password').fill('a wrong one')
    expect(await page.locator('#password').getAttribute('type')).toBe('password')
    await see.press('Show password')
    expect(await page.locator('#password').getAttribute('type')).toBe('text')
    expect(await page.locator('#password').inputValue()).toBe('a wrong one')
    await see.press('Hide password')
    expect(await page.locator('#password').getAttribute('type')).toBe('password')
    await see.press('Show password')
    await page.locator('#username').fill('alice')
    await page.evaluate(
      "document.querySelector('main form').addEventListener('submit', event => event.preventDefault())",
    )
    await see.press('Sign in')
    expect(await page.locator('#password').getAttribute('type')).toBe('password')
  })

  test('the menu of every page signs out', async () => {
    for (const path of ['/', '/account', '/account/delete', '/nothing-here']) {
      const { page, see, expected } = await visits.visitor()
      expected.add(404)
      await see.open('/login')
      await see.signIn('alice')
      await see.says('hello alice')
      await see.open(path)
      await page.locator('.menu summary').click()
      await page.locator('.menu').getByRole('button', { name: 'Sign out', exact: true }).click()
      await see.says('hello world')
    }
  })

  test('the menu leads to signing out everywhere', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await see.signIn('bob')
    await see.says('hello bob')
    await page.locator('.menu summary').click()
    await page.getByRole('link', { name: 'Sign out everywhere' }).click()
    await see.focusOn('#sign-out-everywhere-current')
  })

  test('a password manager is led to the open form that changes the password, through the login', async () => {
    const { see } = await visits.visitor()
    await see.open('/.well-known/change-password')
    await see.signIn('alice')
    await see.at('/account?open=password')
    await see.focusOn('#password-current')
  })

  test('the browser does not submit the form when a field is empty', async () => {
    const { page, see } = await visits.visitor()
    await see.open('/login')
    await see.press('Sign in')
    await see.focusOn('#username')
    expect(page.url()).toBe(`${visits.site.url}/login`)
  })
})
