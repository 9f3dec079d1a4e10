import qrcode from 'qrcode-generator'

/** modules of white around a code (ISO/IEC 18004) */
const MARGIN = 4

/** A QR code, as a template draws it. */
export interface Drawing {
  /** modules on each side, with the margin */
  readonly size: number
  /** data of an SVG path with a square for each dark module */
  readonly path: string
}

/** Draws a text as a QR code. */
export function qrOf(text: string): Drawing {
  // The smallest size that holds the text, with a correction of 15 %.
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  const rows = Array.from({ length: count }, (_, row) => rowOf(count, row, column => code.isDark(row, column)))
  return { size: count + 2 * MARGIN, path: rows.join('') }
}

/** Draws the dark modules of a row, those side by side as one rectangle. */
function rowOf(count: number, row: number, isDark: (column: number) => boolean): string {
  let path = ''
  for (let column = 0; column < count; column++) {
    const start = column
    while (column < count && isDark(column)) column++
    if (column > start) path += `M${start + MARGIN} ${row + MARGIN}h${column - start}v1h-${column - start}z`
  }
  return path
}
