import type { Page } from 'playwright-core'
import { PASSWORD } from './fixture/pages'
import { openBrandedSite } from './fixture/site'
import { onEverySite, onSite, type Visitor } from './fixture/visits'

/** Opens an operation on the page of the API, sends a body, and reads the answer. */
async function tryOut(page: Page, operationId: string, body?: object): Promise<{ status: string; body: unknown }> {
  const operation = page.locator('.opblock').and(page.locator(`[id$="-${operationId}"]`))
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  if (body) await operation.getByLabel('Request body').fill(JSON.stringify(body))
  await operation.getByRole('button', { name: 'Execute' }).click()
  const answer = operation.locator('.live-responses-table tbody tr.response')
  const status = (await answer.locator('.response-col_status').textContent()) ?? ''
  const text = status === '204' ? 'null' : await answer.locator('.highlight-code pre').first().innerText()
  return { status, body: JSON.parse(text) }
}

onSite('a site under a path', openBrandedSite, visits => {
  test('"Try it out" signs in under the path', async () => {
    await visits.site.addUser('alice', PASSWORD)
    const { page, see } = await visits.visitor()
    await see.open('/docs')
    const login = await tryOut(page, 'login', { username: 'alice', password: PASSWORD })
    expect(login).toMatchObject({ status: '200', body: { jid: 'alice@localhost' } })
    await page.getByRole('link', { name: 'Back to the start page' }).click()
    await see.says('hello alice')
  })
})

onEverySite(visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))

  async function atTheDocs(): Promise<Visitor> {
    const visitor = await visits.visitor()
    await visitor.see.open('/docs')
    return visitor
  }

  test('"Try it out" signs in, reads the account and signs out', async () => {
    const { page, see } = await atTheDocs()
    const login = await tryOut(page, 'login', { username: 'alice', password: PASSWORD })
    expect(login).toMatchObject({ status: '200', body: { jid: 'alice@localhost' } })
    expect(await tryOut(page, 'getMe')).toEqual(login)
    expect((await tryOut(page, 'logout')).status).toBe('204')
    await see.open('/')
    await see.says('hello world')
  })

  test('"Try it out" shows the text and the code of a refusal when the password is wrong', async () => {
    const { page, expected } = await atTheDocs()
    expected.add(401)
    expect(await tryOut(page, 'login', { username: 'alice', password: 'a wrong one' })).toMatchObject({
      status: '401',
      body: { code: 'invalid-credentials', detail: 'Unknown user name or wrong password.' },
    })
  })

  test('"Try it out" creates an account, changes its password and deletes it', async () => {
    const { page } = await atTheDocs()
    const form = await tryOut(page, 'getSignUpForm')
    expect(form).toMatchObject({ status: '200', body: { captcha: { type: 'image/png', answerField: 'ocr' } } })
    await page.getByRole('img', { name: 'Captcha' }).waitFor()
    expect(await page.evaluate<number>("document.querySelector('img.captcha').naturalWidth")).toBeGreaterThan(0)
    const { formState } = form.body as { formState: string }
    const wanted = { formState, username: 'zoe', password: PASSWORD, ocr: await visits.site.captchaText() }
    expect(await tryOut(page, 'register', wanted)).toEqual({ status: '201', body: { jid: 'zoe@localhost' } })
    expect((await tryOut(page, 'login', { username: 'zoe', password: PASSWORD })).status).toBe('200')
    const change = { password: PASSWORD, newPassword: 'another horse battery' }
    expect((await tryOut(page, 'changePassword', change)).status).toBe('204')
    expect((await tryOut(page, 'deleteAccount', { password: change.newPassword })).status).toBe('204')
  })

  test('the page of the API fits a phone when an operation is open', async () => {
    const { page, see } = await atTheDocs()
    await page.setViewportSize({ width: 320, height: 568 })
    expect((await tryOut(page, 'login', { username: 'alice', password: PASSWORD })).status).toBe('200')
    expect(await see.hidden()).toBe(0)
  })
})
