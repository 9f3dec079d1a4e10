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
  const { display, close } = await startDisplay()
  const { xdotool, import: shot } = toolsOn(display)
  try {
    await xdotool('version') // without it no window would ever be found
  } catch (error) {
    await close()
    throw error
  }
  const find = async (title: string) => {
    const windows = await xdotool('search', '--onlyvisible', '--name', `^${title}$`)
    return windows.trim().split('\n').at(-1) ?? ''
  }
  return {
    display,
    async place(title) {
      try {
        return placeIn(await xdotool('getwindowgeometry', '--shell', await find(title)))
      } catch {
        return undefined // xdotool fails without such a window
      }
    },
    async click(x, y) {
      await xdotool('mousemove', String(Math.round(x)), String(Math.round(y)), 'click', '1')
    },
    async enter(title, text) {
      await xdotool('windowfocus', '--sync', await find(title))
      await xdotool('key', '--clearmodifiers', 'ctrl+a')
      await xdotool('type', '--delay', '30', text)
      await xdotool('key', 'Return')
    },
    picture: () => stillPicture(shot),
    close,
  }
}

async function startDisplay(): Promise<{ readonly display: string; close(): Promise<void> }> {
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
  const close = async () => {
    xvfb.kill()
    await ended
  }
  return { display: `:${number.trim()}`, close }
}

/** Returns the programs that use a display. */
function toolsOn(display: string) {
  const tool = async (file: string, args: readonly string[]) => {
    const env = { ...process.env, DISPLAY: display }
    return (await run(file, args, { env, timeout: TOOL_MS, encoding: 'buffer', maxBuffer: 8 << 20 })).stdout
  }
  return {
    xdotool: async (...args: string[]) => String(await tool('xdotool', args)),
    import: (...args: string[]) => tool('import', ['-window', 'root', ...args]),
  }
}

function placeIn(shell: string): Place {
  const numberOf = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(shell)?.[1])
  return { x: numberOf('X'), y: numberOf('Y'), width: numberOf('WIDTH'), height: numberOf('HEIGHT') }
}

async function stillPicture(shot: (...args: string[]) => Promise<Buffer>): Promise<Buffer> {
  for (let last = await shot('ppm:-'), n = 0; n < MAX_LOOKS; n++) {
    await new Promise(resolve => setTimeout(resolve, STILL_MS))
    const next = await shot('ppm:-')
    if (next.equals(last)) break
    last = next
  }
  return shot('-strip', 'png:-')
}
