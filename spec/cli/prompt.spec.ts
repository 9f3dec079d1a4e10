import { PassThrough } from 'node:stream'
import { PASSWORD_MS } from '../../lib/cli/limits'
import { askPasswords, type PasswordStreams } from '../../lib/cli/prompt'
import type { Clock } from '../../lib/time/clock'
import { handClock } from '../fixtures/clock'

const PASSWORD = 'pä$$ wörd 😀'

const askPassword = async (...[streams, clock]: [PasswordStreams, Clock?]) =>
  (await askPasswords(streams, ['Password: '], clock)).join()

/** A terminal: `shown` returns the text that was echoed, `raw` lists every mode that was set. */
function terminal(isTTY: boolean) {
  const stderr = new PassThrough()
  const raw: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: (mode: boolean) => raw.push(mode) })
  return { stdin, stderr, raw, shown: () => String(stderr.read() ?? '') }
}

describe('on a terminal', () => {
  test('askPassword reads the password without echo and restores the terminal', async () => {
    const { stdin, stderr, raw, shown } = terminal(true)
    const asked = askPassword({ stdin, stderr })
    for (const key of [...PASSWORD, 'x', '\x7f', '\r']) stdin.write(key)

    expect(await asked).toBe(PASSWORD)
    expect(shown()).toBe('Password: \n')
    expect(raw).toEqual([true, false])
  })

  test.each([
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
    ['Return alone', '\r'],
  ])('askPassword rejects when the key is %s', async (_, key) => {
    const { stdin, stderr, raw } = terminal(true)
    const asked = askPassword({ stdin, stderr })
    stdin.write(key)

    await expect(asked).rejects.toThrow('no password')
    expect(raw).toEqual([true, false])
  })
})

describe('on a pipe', () => {
  test.each([
    ['the first line', `${PASSWORD}\nsecond\n`, PASSWORD],
    ['a line with the line end of Windows', `${PASSWORD}\r\n`, PASSWORD],
    ['a line without a line end', PASSWORD, PASSWORD],
    ['the spaces of a line as well', ' a b \n', ' a b '],
  ])('askPassword reads %s', async (_, input, password) => {
    const { stdin, stderr, shown } = terminal(false)
    stdin.end(input)

    expect(await askPassword({ stdin, stderr })).toBe(password)
    expect(shown()).toBe('')
  })

  test('askPassword joins characters that arrive in pieces', async () => {
    const { stdin, stderr } = terminal(false)
    for (const byte of Buffer.from(`${PASSWORD}\n`)) stdin.write(Buffer.of(byte))

    expect(await askPassword({ stdin, stderr })).toBe(PASSWORD)
  })

  test.each([
    ['empty', ''],
    ['an empty line', '\nsecond\n'],
  ])('askPassword rejects when the input is %s', async (_, input) => {
    const { stdin, stderr } = terminal(false)
    stdin.end(input)

    await expect(askPassword({ stdin, stderr })).rejects.toThrow('no password')
  })

  test('askPassword stops reading when the input has the length of the longest password', async () => {
    const { stdin, stderr } = terminal(false)
    stdin.write('x'.repeat(2_000))

    expect((await askPassword({ stdin, stderr })).length).toBe(2_000)
    expect(stdin.destroyed).toBe(true)
  })
})

test('askPasswords asks for several on a terminal, one after the other', async () => {
  const { stdin, stderr, shown } = terminal(true)
  const asked = askPasswords({ stdin, stderr }, ['Password: ', 'Password of the service account: '])
  stdin.write('pencil\r')
  await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setImmediate(resolve))
  stdin.write('staple\r')

  expect(await asked).toEqual(['pencil', 'staple'])
  expect(shown()).toBe('Password: \nPassword of the service account: \n')
})

test('askPasswords reads one line for each prompt on a pipe', async () => {
  const { stdin, stderr } = terminal(false)
  stdin.end('pencil\r\nstaple\nmore\n')

  expect(await askPasswords({ stdin, stderr }, ['', ''])).toEqual(['pencil', 'staple'])
})

test('askPasswords rejects when a line is missing', async () => {
  const { stdin, stderr } = terminal(false)
  stdin.end('pencil\n')

  await expect(askPasswords({ stdin, stderr }, ['', ''])).rejects.toThrow('no password')
})

test('askPasswords leaves the input alone when there is nothing to ask for', async () => {
  const { stdin, stderr } = terminal(false)

  expect(await askPasswords({ stdin, stderr }, [])).toEqual([])
  expect(stdin.destroyed).toBe(false)
})

test.each([true, false])('askPassword rejects when its time is over (terminal: %s)', async isTTY => {
  const clock = handClock()
  const { stdin, stderr } = terminal(isTTY)
  const asked = askPassword({ stdin, stderr }, clock)
  clock.advance(PASSWORD_MS)

  await expect(asked).rejects.toThrow('no password within 120 s')
  expect(stdin.destroyed).toBe(true)
})
