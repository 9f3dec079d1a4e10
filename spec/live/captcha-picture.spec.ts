import { spawnSync } from 'node:child_process'
import { Registration } from '../../lib'
import { enter } from './servers/debian'
import { startShipped } from './servers/shipped'

// What people get to see with Debian's own captcha_cmd. Without a font it draws its lines and no digits, says nothing, and
// nobody can sign up.

const script = '/usr/share/ejabberd/captcha.sh'

/** Runs a command on the Debian under test. */
function run(words: readonly string[], input: Uint8Array = Buffer.alloc(0)): Buffer {
  const [path = '', ...args] = [...enter, ...words]
  const { status, stdout, stderr } = spawnSync(path, args, { input, timeout: 30_000 })
  if (status !== 0) throw new Error(`${words[0]} failed: ${stderr}`)
  return stdout
}

/** How many pixels of a picture are dark. */
function dark(picture: Uint8Array): number {
  const grey = run(
    ['convert', 'png:-', '-background', 'white', '-flatten', '-colorspace', 'gray', '-depth', '8', 'gray:-'],
    picture,
  )
  return grey.filter(value => value < 128).length
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

test('the picture of a sign-up form has digits in it', async () => {
  const server = await startShipped({ values: { CAPTCHA_CMD: script } })
  const registration = new Registration({ service: server.url, domain: server.domain })
  try {
    const pictures: number[] = []
    for (let n = 0; n < 5; n++) {
      const { captcha } = await registration.form()
      pictures.push(dark(captcha?.image ?? Buffer.alloc(0)))
    }
    // What the script draws for a blank is what it draws for digits when it has no font.
    const without = Array.from({ length: 5 }, () => dark(run([script, ' '])))

    // By chance a line is long and a digit a 1; seen: 130 to 275 without, 576 to 946 with.
    expect(mean(pictures)).toBeGreaterThan(2 * mean(without))
  } finally {
    await registration.close()
    await server.stop()
  }
})
