import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** px of the screen, which a window without a window manager fills from its upper left corner */
const SIZE = { width: 900, height: 560 }
/** ms for a tool to answer, and for the screen to come up */
const TOOL_MS = 10_000
/** ms for which the screen does not change before a picture, and how often that is tried */
const STILL_MS = 150
const MAX_LOOKS = 20

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A screen in memory, with a mouse and a keyboard. */
export interface Screen {
  readonly display: string
  /** Returns the place of the newest visible window with this title, or `undefined` without one. */
  place(title: string): Promise<Place | undefined>
  click(x: number, y: number): Promise<void>
  /** Types a text into a window, in place of what is in its field, and presses Return. */
  enter(title: string, text: string): Promise<void>
  /** Returns a PNG of the screen, once it has stopped changing. */
  picture(): Promise<Buffer>
  close(): Promise<void>
}

/** Starts a screen in memory on a display that is free. It ends with this process. */
export async function openScreen(): Promise<Screen> {
  const screen = ['Xvfb', '-displayfd', '3', '-screen', '0', `${SIZE.width}x${SIZE.height}x24`, '-nolisten', 'tcp']
  const xvfb = spawn('setpriv', ['--pdeathsig', 'TERM', ...screen], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] })
  let said = ''
  xvfb.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const ended = once(xvfb, 'close')
  const number = await Promise.race([
    once(xvfb.stdio[3] as NodeJS.ReadableStream, 'data', { signal: AbortSignal.timeout(TOOL_MS) }).then(String),
    ended.then(() => Promise.reject(new Error(`no screen: ${said.trim()}`))),
  ])
  const display = `:${number.trim()}`
  const tool = (file: string, args: readonly string[]) =>
    run(file, args, {
      env: { ...process.env, DISPLAY: display },
      timeout: TOOL_MS,
      encoding: 'buffer',
      maxBuffer: 8 << 20,
    })
  const xdotool = async (...args: string[]) => String((await tool('xdotool', args)).stdout)
  await xdotool('version') // without it no window would ever be found
  const pixels = async () => (await tool('import', ['-window', 'root', 'ppm:-'])).stdout

  return {
    display,
    async place(title) {
      try {
        const windows = await xdotool('search', '--onlyvisible', '--name', `^${title}$`)
        const shell = await xdotool('getwindowgeometry', '--shell', windows.trim().split('\n').at(-1) ?? '')
        const [x = 0, y = 0, width = 0, height = 0] = ['X', 'Y', 'WIDTH', 'HEIGHT'].map(name =>
          Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shell)?.[1]),
        )
        return { x, y, width, height }
      } catch {
        return undefined // xdotool fails without such a window
      }
    },
    async click(x, y) {
      await xdotool('mousemove', String(Math.round(x)), String(Math.round(y)), 'click', '1')
    },
    async enter(title, text) {
      const window = (await xdotool('search', '--onlyvisible', '--name', `^${title}$`)).trim().split('\n').at(-1) ?? ''
      await xdotool('windowfocus', '--sync', window)
      await xdotool('key', '--clearmodifiers', 'ctrl+a')
      await xdotool('type', '--delay', '30', text)
      await xdotool('key', 'Return')
    },
    async picture() {
      for (let last = await pixels(), n = 0; n < MAX_LOOKS; n++) {
        await new Promise(resolve => setTimeout(resolve, STILL_MS))
        const next = await pixels()
        if (next.equals(last)) break
        last = next
      }
      return (await tool('import', ['-window', 'root', '-strip', 'png:-'])).stdout
    },
    async close() {
      xvfb.kill()
      await ended
    },
  }
}
