import { readFileSync, statSync } from 'node:fs'
import { ConfigError, textOf } from '../config/readers'
import type { Environment } from '../config/variables'

/** A picture to show beside the name of the app. */
export interface Logo {
  readonly bytes: Buffer
  readonly type: string
  /** ending of the file's name, without a dot */
  readonly ending: string
}

/** bytes. Every visitor loads the picture before the first page. */
const MAX_LOGO_BYTES = 256 * 1024

export function logoOf(env: Environment, name: string): Logo | undefined {
  const path = textOf(env, name)
  if (path === undefined) return undefined
  const bytes = bytesOf(path, name)
  const kind = KINDS.find(({ isIn }) => isIn(bytes))
  if (!kind) throw new ConfigError(`${name} must be the path of an SVG, PNG, JPEG, WebP or GIF file`)
  return { bytes, type: kind.type, ending: kind.ending }
}

function bytesOf(path: string, name: string): Buffer {
  try {
    // Asked before reading: the path may name a file of any size, or a device without an end.
    const file = statSync(path)
    if (file.isFile() && file.size <= MAX_LOGO_BYTES) return readFileSync(path)
  } catch (reason) {
    const code = (reason as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConfigError(`${name} must be the path of a picture (${code})`)
  }
  throw new ConfigError(`${name} must be the path of a picture of at most ${MAX_LOGO_BYTES / 1024} KiB`)
}

const startsWith =
  (start: readonly number[], at = 0) =>
  (bytes: Buffer) =>
    bytes.subarray(at, at + start.length).equals(Buffer.from(start))
const ascii = (text: string) => [...Buffer.from(text, 'latin1')]

// Declaration, comments and document type may stand before the root element (XML 1.0 §2.8).
const BEFORE_THE_ROOT = [
  { start: '<?xml', end: '?>' },
  { start: '<!--', end: '-->' },
  { start: '<!DOCTYPE', end: '>' },
]

function isSvg(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  let at = afterBlanks(text, text.startsWith('\ufeff') ? 1 : 0)
  for (;;) {
    const part = BEFORE_THE_ROOT.find(({ start }) => text.startsWith(start, at))
    if (!part) return /^<svg[\s>]/.test(text.slice(at, at + '<svg>'.length))
    const end = text.indexOf(part.end, at)
    if (end === -1) return false
    at = afterBlanks(text, end + part.end.length)
  }
}

function afterBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++
  return at
}

// By the bytes, since the name of a file proves nothing about it.
const KINDS: readonly { readonly type: string; readonly ending: string; isIn(bytes: Buffer): boolean }[] = [
  { type: 'image/png', ending: 'png', isIn: startsWith([0x89, ...ascii('PNG\r\n\x1a\n')]) },
  { type: 'image/jpeg', ending: 'jpg', isIn: startsWith([0xff, 0xd8, 0xff]) },
  { type: 'image/gif', ending: 'gif', isIn: startsWith(ascii('GIF8')) },
  {
    type: 'image/webp',
    ending: 'webp',
    isIn: bytes => startsWith(ascii('RIFF'))(bytes) && startsWith(ascii('WEBP'), 8)(bytes),
  },
  { type: 'image/svg+xml', ending: 'svg', isIn: isSvg },
]
