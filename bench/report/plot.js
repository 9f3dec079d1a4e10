const WIDTH = 960
const HEIGHT = 480
const PLOT = { left: 70, right: 560, top: 50, bottom: 420 }
const COLOURS = [
  '#0b6e4f',
  '#08415c',
  '#cc2936',
  '#e08e0b',
  '#6b4e9b',
  '#388697',
  '#8a5a44',
  '#7a7a7a',
  '#b5179e',
  '#4f772d',
]

/**
 * Draws a chart with logarithmic axes, in SVG.
 *
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.x title of the axis
 * @param {string} chart.y
 * @param {{name: string, points: [number, number][], dashed?: boolean}[]} chart.series
 */
export function chartOf({ title, x, y, series }) {
  const shown = series.filter(({ points }) => points.length > 0)
  const all = shown.flatMap(({ points }) => points)
  const across = scaleOf(
    all.map(point => point[0]),
    PLOT.left,
    PLOT.right,
  )
  const up = scaleOf(
    all.map(point => point[1]),
    PLOT.bottom,
    PLOT.top,
  )
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${PLOT.left}" y="28" font-size="16" font-weight="bold">${escaped(title)}</text>`,
    ...across.ticks.map(tick => grid(across.at(tick), PLOT.top, across.at(tick), PLOT.bottom)),
    ...up.ticks.map(tick => grid(PLOT.left, up.at(tick), PLOT.right, up.at(tick))),
    ...across.ticks.map(tick => label(across.at(tick), PLOT.bottom + 20, 'middle', tick)),
    ...up.ticks.map(tick => label(PLOT.left - 8, up.at(tick) + 4, 'end', tick)),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle">${escaped(x)}</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    ...shown.flatMap((one, nth) => lineOf(one, nth, across, up)),
    '</svg>',
  ]
  return `${parts.join('\n')}\n`
}

function lineOf({ name, points, dashed }, nth, across, up) {
  const colour = COLOURS[nth % COLOURS.length]
  const dash = dashed ? ' stroke-dasharray="6 4"' : ''
  const places = points.map(([x, y]) => `${across.at(x).toFixed(1)},${up.at(y).toFixed(1)}`)
  const legend = PLOT.top + 10 + nth * 22
  return [
    `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
    ...places.map(place => `<circle cx="${place.replace(',', '" cy="')}" r="3" fill="${colour}"/>`),
    `<line x1="${PLOT.right + 16}" y1="${legend}" x2="${PLOT.right + 44}" y2="${legend}" stroke="${colour}" stroke-width="3"${dash}/>`,
    `<text x="${PLOT.right + 52}" y="${legend + 4}">${escaped(name)}</text>`,
  ]
}

/** Makes a logarithmic scale with ticks at 1, 2 and 5 times each power of ten, or only at the powers if they are many. */
function scaleOf(values, from, to) {
  const least = Math.log10(Math.min(...values))
  const most = Math.log10(Math.max(...values))
  const margin = Math.max((most - least) * 0.05, 0.05)
  const [low, high] = [least - margin, most + margin]
  const at = value => from + ((Math.log10(value) - low) / (high - low)) * (to - from)
  const steps = high - low > 3 ? [1] : [1, 2, 5]
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, nth) => Math.floor(low) + nth)
  const ticks = powers.flatMap(power => steps.map(step => step * 10 ** power))
  return { at, ticks: ticks.filter(tick => Math.log10(tick) >= low && Math.log10(tick) <= high) }
}

const grid = (x1, y1, x2, y2) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`

function label(x, y, anchor, tick) {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${Number(tick.toPrecision(1)).toLocaleString('en-US')}</text>`
}

const escaped = text => text.replace(/[&<>]/g, character => `&#${character.codePointAt(0)};`)
