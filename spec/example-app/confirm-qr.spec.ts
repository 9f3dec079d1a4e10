import qrcode from 'qrcode-generator'
import { qrOf } from '../../login-site/confirm/qr'

const LINK = 'xmpp:login@localhost?message;type=chat;body=K7QF-92TD'
/** modules of white around a code */
const MARGIN = 4

/** Returns the dark modules of a drawing as `row,column`. */
function darkIn(path: string): Set<string> {
  const rectangles = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)]
  expect(rectangles.map(([text]) => text).join('')).toBe(path)
  return new Set(
    rectangles.flatMap(([, column, row, width]) =>
      Array.from({ length: Number(width) }, (_, n) => `${Number(row) - MARGIN},${Number(column) - MARGIN + n}`),
    ),
  )
}

test('a drawing has exactly the dark modules of the QR code, with its margin', () => {
  const code = qrcode(0, 'M')
  code.addData(LINK)
  code.make()
  const count = code.getModuleCount()
  const { size, path } = qrOf(LINK)
  expect(size).toBe(count + 2 * MARGIN)
  const dark = darkIn(path)
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      expect([row, column, dark.has(`${row},${column}`)]).toEqual([row, column, code.isDark(row, column)])
    }
  }
})

test('a drawing of the longest address fits into a QR code', () => {
  expect(() => qrOf(`xmpp:${'x'.repeat(1_000)}@${'y'.repeat(1_000)}`)).not.toThrow()
})
