// Long series: the drawing made on the server is replaced by one that can be zoomed, from figures fetched as JSON
// (`{ at: [seconds…], series: [{ name, values: [number | null…], isBand? }] }`; two series of a band are its lower and upper limit).
// If they do not come, the server's drawing stays.
import uPlot from 'uplot'
import sheetText from 'uplot/dist/uPlot.min.css'

interface LongSeries {
  at: number[]
  series: { name: string; values: (number | null)[]; isBand?: boolean }[]
}

const number = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 })
const two = (value: number) => String(value).padStart(2, '0')

function words(seconds: number): string {
  const at = new Date(seconds * 1000)
  return `${two(at.getHours())}:${two(at.getMinutes())} ${two(at.getDate())}/${two(at.getMonth() + 1)}/${at.getFullYear()}`
}

// Under a year the axis needs no years, under three days it needs hours.
function axisWords(splits: number[]): string[] {
  const span = (splits.at(-1) ?? 0) - (splits[0] ?? 0)
  return splits.map((seconds) => {
    const at = new Date(seconds * 1000)
    const day = `${two(at.getDate())}/${two(at.getMonth() + 1)}`
    if (span < 3 * 86_400) return `${two(at.getHours())}:${two(at.getMinutes())} ${day}`
    return span < 300 * 86_400 ? day : `${two(at.getMonth() + 1)}/${at.getFullYear()}`
  })
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** What is usual lies between two lines and is shaded; positions count the times first. */
function bandsOf({ series }: LongSeries): uPlot.Band[] {
  const [low, high] = series.flatMap(({ isBand }, index) => (isBand ? [index + 1] : []))
  return low !== undefined && high !== undefined ? [{ series: [high, low], fill: token('--chart-grid') }] : []
}

function optionsFor(place: HTMLElement, data: LongSeries): uPlot.Options {
  const axis = { stroke: token('--muted'), grid: { stroke: token('--chart-grid'), width: 1 }, ticks: { show: false } }
  const font = `13px ${token('--font')}`
  return {
    width: place.clientWidth,
    height: 260,
    cursor: { drag: { x: true, y: false } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, font, grid: { show: false }, values: (_, splits) => axisWords(splits), space: 84 },
      { ...axis, font, size: 56, values: (_, splits) => splits.map((value) => number.format(value)) },
    ],
    bands: bandsOf(data),
    series: [
      { label: 'Lúc', value: (_, value) => (value === null ? '' : words(value)) },
      ...data.series.map(({ name, isBand }, index) => ({
        label: name,
        stroke: token(isBand ? '--muted' : `--chart-${(index % 6) + 1}`),
        width: isBand ? 1 : 1.5,
        ...(isBand ? { dash: [3, 3] } : {}),
        spanGaps: false,
        points: { show: false },
        value: (_: uPlot, value: number | null, _series: number, index: number | null) => {
          if (index === null) return ''
          return value === null ? 'chưa có số liệu' : number.format(value)
        },
      })),
    ],
  }
}

async function mount(place: HTMLElement): Promise<void> {
  const answer = await fetch(place.dataset.chart ?? '', { headers: { accept: 'application/json' } })
  if (!answer.ok) return
  const data = (await answer.json()) as LongSeries // our own server's answer
  place.replaceChildren()
  place.classList.add('plot-live')
  const plot = new uPlot(optionsFor(place, data), [data.at, ...data.series.map(({ values }) => values)], place)
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 260 })).observe(place)
}

const places = document.querySelectorAll<HTMLElement>('[data-chart]')
if (places.length > 0) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(sheetText)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  for (const place of places) mount(place).catch(() => place.classList.add('plot-still'))
}
