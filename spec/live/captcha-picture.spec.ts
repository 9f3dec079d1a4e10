import { spawnSync } from 'node:child_process'
import { Registration } from '../../lib'
import { enter } from './servers/debian'
import { startShipped } from './servers/shipped'

// The pictures of Debian's own captcha_cmd. Without a font it draws its lines and no digits, reports nothing, and a
// visitor cannot sign up.

const script = '/usr/share/ejabberd/captcha.sh'

/** Runs a command on the Debian under test. */
function run(words: readonly string[], input: Uint8Array = Buffer.alloc(0)): Buffer {
  const [path = '', ...args] = [...enter, ...words]
  const { status, stdout, stderr } = spawnSync(path, args, { input, timeout: 30_000 })
  if (status !== 0) throw new Error(`${words[0]} failed: ${stderr}`)
  return stdout
}

/** Counts the dark pixels of a picture. */
function dark(picture: Uint8Array): number {
  const grey = run(
    ['convert', 'png:-', '-background', 'white', '-flatten', '-colorspace', 'gray', '-depth', '8', 'gray:-'],
    picture,
  )
  return grey.filter(value => value < 128).length
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

test('the picture of a sign-up form holds digits', async () => {
  const server = await startShipped({ values: { CAPTCHA_CMD: script } })
  const registration = new Registration({ service: server.url, domain: server.domain })
  try {
    const pictures: number[] = []
    for (let n = 0; n < 5; n++) {
      const { captcha } = await registration.form()
      pictures.push(dark(captcha?.image ?? Buffer.alloc(0)))
    }
    // For a blank the script draws the same as for digits without a font.
    const without = Array.from({ length: 5 }, () => dark(run([script, ' '])))

    // The length of a line and the shape of a digit vary. Seen: 130 to 275 pixels without digits, 576 to 946 with them.
    expect(mean(pictures)).toBeGreaterThan(2 * mean(without))
  } finally {
    await registration.close()
    await server.stop()
  }
})
