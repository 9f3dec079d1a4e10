import { ConfigError, textOf } from '../config/readers'
import type { Environment } from '../config/variables'

/** A colour of buttons and links, and the variant of it that is legible on a dark page. */
export interface Accent {
  readonly light: Shades
  readonly dark: Shades
}

/** Colours as `#rrggbb`. */
interface Shades {
  readonly accent: string
  /** under the pointer */
  readonly strong: string
  /** of the text on it */
  readonly on: string
}

type Rgb = readonly [red: number, green: number, blue: number]

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
/** Backgrounds of style.css on which the colour is a text: page and card. */
const LIGHT_BACKGROUNDS: readonly Rgb[] = [WHITE, [0xf3, 0xf4, 0xf7]]
const DARK_BACKGROUNDS: readonly Rgb[] = [
  [0x12, 0x14, 0x1a],
  [0x1b, 0x1f, 0x28],
]
const ON_DARK_MODE: Rgb = [0x0d, 0x17, 0x30]

/** WCAG 2.2, success criterion 1.4.3 */
const MIN_CONTRAST = 4.5
/** steps from a colour to white or black */
const STEPS = 50
/** steps to the colour under the pointer */
const STRONGER = 0.2

export function accentOf(env: Environment, name: string): Accent | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  const rgb = rgbOf(value)
  if (!rgb) throw new ConfigError(`${name} must be a colour such as #2456c5`)
  const least = leastContrast(rgb, LIGHT_BACKGROUNDS)
  if (least < MIN_CONTRAST) {
    const near = hexOf(legible(rgb, BLACK, LIGHT_BACKGROUNDS))
    throw new ConfigError(
      `${name} ${value} has a contrast of ${rounded(least)}:1 with a light page, and needs ${MIN_CONTRAST}:1: try ${near}`,
    )
  }
  const dark = legible(rgb, WHITE, [...DARK_BACKGROUNDS, ON_DARK_MODE])
  return {
    light: { accent: hexOf(rgb), strong: hexOf(mixed(rgb, BLACK, STRONGER)), on: hexOf(WHITE) },
    dark: { accent: hexOf(dark), strong: hexOf(mixed(dark, WHITE, STRONGER)), on: hexOf(ON_DARK_MODE) },
  }
}

/** Returns the rules of a style sheet that replace the accent of style.css. */
export function accentStyle({ light, dark }: Accent): string {
  const rules = ({ accent, strong, on }: Shades) =>
    `:root{--accent:${accent};--accent-strong:${strong};--on-accent:${on}}`
  return `${rules(light)}\n@media (prefers-color-scheme: dark){${rules(dark)}}\n`
}

function rgbOf(value: string): Rgb | undefined {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(value) ?? []
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map(part => part.toString(16).padStart(2, '0')).join('')}`
}

// Rounded down: 4.49 must not read as 4.5.
function rounded(ratio: number): string {
  return (Math.floor(ratio * 100) / 100).toFixed(2)
}

/** Mixes a colour with white or black until it is legible. */
function legible(rgb: Rgb, towards: Rgb, backgrounds: readonly Rgb[]): Rgb {
  for (let step = 0; step < STEPS; step++) {
    const near = mixed(rgb, towards, step / STEPS)
    if (leastContrast(near, backgrounds) >= MIN_CONTRAST) return near
  }
  return towards
}

function mixed(rgb: Rgb, other: Rgb, share: number): Rgb {
  const part = (n: 0 | 1 | 2) => Math.round(rgb[n] + (other[n] - rgb[n]) * share)
  return [part(0), part(1), part(2)]
}

function leastContrast(rgb: Rgb, backgrounds: readonly Rgb[]): number {
  return Math.min(...backgrounds.map(background => contrast(rgb, background)))
}

// WCAG 2.2, "contrast ratio"
function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

// WCAG 2.2, "relative luminance"
function luminance(rgb: Rgb): number {
  const linear = (part: number) => (part <= 0.04045 * 255 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  const [red, green, blue] = rgb
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
