import { onEverySite } from './fixture/visits'

// What the other specs rely on when they say that nobody had any trouble.
onEverySite(visits => {
  test.each([
    ['a script in a page', "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))"],
    ['a style in a page', "document.body.style = 'color: red'; document.body.setAttribute('style', 'color: red')"],
    ['a picture inside a page that has none', "document.body.append(Object.assign(new Image(), { src: 'data:,' }))"],
    ['a call', "fetch('/').catch(() => {})"],
  ])('the policy lets %s do nothing, and the browser’s complaint is seen', async (_, act) => {
    const { page, see, trouble } = await visits.visitor()
    await see.open('/login')
    const complaint = page.waitForEvent('console')
    await page.evaluate(act)
    await complaint
    const complaints = trouble.splice(0)
    expect(complaints.length).toBeGreaterThan(0)
    for (const text of complaints) expect(text).toMatch(/^console: .*Content Security Policy/)
  })

  test('a request to anywhere else is seen', async () => {
    const { page, see, trouble } = await visits.visitor()
    await see.open('/')
    const asked = page.waitForRequest('http://192.0.2.1/')
    await page.evaluate("location.href = 'http://192.0.2.1/'")
    await asked
    expect(trouble.splice(0)).toContain('request: http://192.0.2.1/')
  })

  test('a page of a status nobody expects is seen', async () => {
    const { page, see, trouble } = await visits.visitor()
    const complaint = page.waitForEvent('console')
    await see.open('/nothing-here')
    await complaint
    expect(trouble.splice(0)).toEqual([expect.stringMatching(/^console: .* 404 /)])
  })
})
