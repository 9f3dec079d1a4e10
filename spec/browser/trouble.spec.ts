import { onEverySite } from './fixture/visits'

// The other specs rely on these checks to find the trouble of a visitor.
onEverySite(visits => {
  test.each([
    ['a script in a page', "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))"],
    ['a style in a page', "document.body.style = 'color: red'; document.body.setAttribute('style', 'color: red')"],
    ['an inline picture in a page', "document.body.append(Object.assign(new Image(), { src: 'data:,' }))"],
    ['a request by a script', "fetch('/').catch(() => {})"],
  ])('the policy blocks %s, and the complaint of the browser is recorded', async (_, act) => {
    const { page, see, trouble } = await visits.visitor()
    await see.open('/login')
    const complaint = page.waitForEvent('console')
    await page.evaluate(act)
    await complaint
    const complaints = trouble.splice(0)
    expect(complaints.length).toBeGreaterThan(0)
    for (const text of complaints) expect(text).toMatch(/^console: .*Content Security Policy/)
  })

  test('a request to another site is recorded', async () => {
    const { page, see, trouble } = await visits.visitor()
    await see.open('/')
    const asked = page.waitForRequest('http://192.0.2.1/')
    await page.evaluate("location.href = 'http://192.0.2.1/'")
    await asked
    expect(trouble.splice(0)).toContain('request: http://192.0.2.1/')
  })

  test('a page with an unexpected status is recorded', async () => {
    const { page, see, trouble } = await visits.visitor()
    const complaint = page.waitForEvent('console')
    await see.open('/nothing-here')
    await complaint
    expect(trouble.splice(0)).toEqual([expect.stringMatching(/^console: .* 404 /)])
  })
})
