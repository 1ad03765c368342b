// The map at work in the browser. The page is whole without it: this draws the same outlines, reads classes and marks from the list
// beside it, and keeps list, panel, address and map at one selection. It moves where the reader goes and never zooms by itself.

import { defaults } from 'ol/interaction/defaults.js'
import MouseWheelZoom from 'ol/interaction/MouseWheelZoom.js'
import OlMap from 'ol/Map.js'
import { fromLonLat, transformExtent } from 'ol/proj.js'
import View from 'ol/View.js'
import { areaLayers, baseLayer, landLayer, markLayer, type State } from './live-map/layers.ts'
import { readLooks } from './live-map/looks.ts'
import { fetchShapes } from './live-map/outline.ts'
import { findList, findRows, readAreaLooks, readMarks, renew, showChosen, stepRow } from './live-map/rows.ts'

const gatherMs = 250
const againMs = 60_000

async function start(root: HTMLElement): Promise<void> {
  const { outline, national, box, base, baseKind } = root.dataset
  const frame = root.querySelector<HTMLElement>('.map-frame')
  if (!frame || !outline || !box) return
  const [shapes, around] = await Promise.all([fetchShapes(outline), national ? fetchShapes(national) : undefined])
  const chosen = readChosen()
  const state: State = { looks: readLooks(), areas: readAreaLooks(), chosen, mark: readMarkOf(chosen) }
  const target = makeTarget(frame)
  const areas = areaLayers(shapes, state, { opacity: base ? 0.6 : 1 })
  const marks = markLayer(state)
  const map = new OlMap({
    target,
    controls: [],
    interactions: defaults({ mouseWheelZoom: false, altShiftDragRotate: false, pinchRotate: false }).extend([
      // A page that is scrolled past the map must not be caught by it.
      new MouseWheelZoom({
        condition: ({ originalEvent }) =>
          (originalEvent as WheelEvent).ctrlKey || target.contains(document.activeElement),
      }),
    ]),
    layers: [
      ...(base ? [baseLayer(base, baseKind)] : []),
      ...(around && !base ? landLayer(around, state, root.dataset.within) : []),
      ...areas.all,
      marks.layer,
    ],
    view: new View({ enableRotation: false, minZoom: 3, maxZoom: 18 }),
  })
  frame.classList.add('map-live')
  fit(map, box)
  marks.fill(readMarks())
  watch({ root, map, state, marks, areas, target })
}

interface Parts {
  root: HTMLElement
  map: OlMap
  state: State
  marks: ReturnType<typeof markLayer>
  areas: ReturnType<typeof areaLayers>
  target: HTMLElement
}

function makeTarget(frame: HTMLElement): HTMLElement {
  const target = document.createElement('div')
  target.className = 'map-canvas'
  target.tabIndex = 0
  target.setAttribute('role', 'application')
  target.setAttribute(
    'aria-label',
    'Bản đồ. Phím mũi tên để di chuyển, phím cộng và trừ để phóng. Danh sách bên cạnh nêu cùng nội dung.',
  )
  frame.prepend(target)
  return target
}

const readChosen = () => new URLSearchParams(location.search).get('chon') ?? undefined

const readMarkOf = (key: string | undefined) => findRows().find(({ dataset }) => dataset.key === key)?.dataset.mark

function setAddress(name: string, value: string | undefined): void {
  const url = new URL(location.href)
  if (value === undefined) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  history.replaceState(null, '', url)
}

function fit(map: OlMap, box: string): void {
  const extent = transformExtent(box.split(',').map(Number), 'EPSG:4326', 'EPSG:3857')
  map.getView().fit(extent, { padding: [8, 8, 8, 8], maxZoom: 17 })
}

function readView(map: OlMap): string {
  const extent = transformExtent(map.getView().calculateExtent(map.getSize()), 'EPSG:3857', 'EPSG:4326')
  const [west = 0, south = 0, east = 0, north = 0] = extent
  const edges = [Math.max(-180, west), Math.max(-85, south), Math.min(180, east), Math.min(85, north)]
  return edges.map((edge) => Number(edge.toFixed(4))).join(',')
}

function watch(parts: Parts): void {
  const { map, state, marks, areas } = parts
  const asking = { list: new AbortController(), panel: new AbortController() }
  const ask = async (what: 'list' | 'panel') => {
    asking[what].abort()
    asking[what] = new AbortController()
    const { signal } = asking[what]
    const done = what === 'list' ? renew('map-list', 'danh-sach', signal) : renew('map-panel', 'chi-tiet', signal)
    // Aborted, or the line is gone: what is there stays.
    return done.catch(() => false)
  }
  const redraw = () => {
    state.areas = readAreaLooks()
    state.mark = readMarkOf(state.chosen)
    marks.fill(readMarks())
    for (const layer of areas.all) layer.changed()
    marks.layer.changed()
  }
  const renewList = () => ask('list')
  // Whoever put a new list in its place, the map follows it.
  const side = findList()?.parentElement
  let shown = findList()
  const follow = new MutationObserver(() => {
    const list = findList()
    if (!list || list === shown) return
    shown = list
    redraw()
    showChosen(state.chosen)
  })
  if (side) follow.observe(side, { childList: true })
  const choose = (key: string | undefined) => {
    state.chosen = key
    state.mark = readMarkOf(key)
    setAddress('chon', key)
    showChosen(key)
    for (const input of document.querySelectorAll<HTMLInputElement>('.map-form input[name=chon]'))
      input.value = key ?? ''
    for (const layer of areas.all) layer.changed()
    marks.layer.changed()
    if (key) bringIntoView(parts, key)
    ask('panel').then((isNew) => isNew && announce(document.querySelector('#map-panel h2')?.textContent ?? ''))
  }
  watchMap(parts, { choose, renewList })
  watchList(parts, choose)
  watchForm(map)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', () => {
    state.looks = readLooks()
    redraw()
  })
  setInterval(() => document.hidden || renewList(), againMs)
}

const announce = (words: string) => {
  const place = document.getElementById('announcer')
  if (place) place.textContent = words
}

/** Goes there without zooming, when what was chosen in the list lies outside of what is seen. */
function bringIntoView({ map, areas }: Parts, key: string): void {
  const row = findRows().find(({ dataset }) => dataset.key === key)
  const [lon, lat] = row?.dataset.at?.split(',').map(Number) ?? []
  const shape = areas.areas.getSource()?.getFeatureById(key)?.getGeometry()?.getExtent()
  const [west = 0, south = 0, east = 0, north = 0] = shape ?? []
  const at =
    lon !== undefined && lat !== undefined ? fromLonLat([lon, lat]) : shape && [(west + east) / 2, (south + north) / 2]
  const [left = 0, bottom = 0, right = 0, top = 0] = map.getView().calculateExtent(map.getSize())
  const [x = 0, y = 0] = at ?? []
  const isSeen = shape
    ? west <= right && east >= left && south <= top && north >= bottom
    : x >= left && x <= right && y >= bottom && y <= top
  if (!at || isSeen) return
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  map.getView().animate({ center: at, duration: isCalm ? 0 : 250 })
}

interface Deeds {
  choose(key: string | undefined): void
  renewList(): Promise<boolean>
}

function watchMap({ map, root, areas, marks, target }: Parts, { choose, renewList }: Deeds): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  // The first view is the one the page was made for.
  let shown = readView(map)
  map.on('moveend', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const view = readView(map)
      if (view === shown) return
      shown = view
      setAddress('khung', view)
      renewList()
    }, gatherMs)
  })
  const keyAt = (pixel: number[]): string | undefined => {
    const at = { hitTolerance: 6, layerFilter: (layer: unknown) => layer === marks.layer }
    const mark = map.forEachFeatureAtPixel(pixel, (feature) => String(feature.getId()), at)
    return (
      mark ??
      map.forEachFeatureAtPixel(pixel, (feature) => String(feature.getId() ?? feature.get('key') ?? '') || undefined, {
        layerFilter: (layer) => areas.all.includes(layer as never) && layer !== areas.all.at(-1),
      })
    )
  }
  map.on('singleclick', ({ pixel }) => {
    const key = keyAt(pixel)
    const rows = findRows().filter(({ dataset }) => dataset.mark === key)
    if (key) choose(rows.length === 1 ? rows[0]?.dataset.key : key)
  })
  map.on('pointermove', ({ pixel, dragging }) => {
    if (!dragging) target.style.cursor = keyAt(pixel) ? 'pointer' : ''
  })
  root.addEventListener('click', (event) => move(event, map))
  document.querySelector('.map-side')?.addEventListener('click', (event) => move(event as MouseEvent, map))
}

/** Links that go somewhere on the map do it here, without the page being made again. */
function move(event: MouseEvent, map: OlMap): void {
  const link = (event.target as Element | null)?.closest<HTMLElement>('[data-go]')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  const view = map.getView()
  const [width = 0, height = 0] = map.getSize() ?? []
  const half = (view.getResolution() ?? 0) / 2
  const [x = 0, y = 0] = view.getCenter() ?? []
  const steps: Record<string, [number, number]> = { west: [-1, 0], east: [1, 0], north: [0, 1], south: [0, -1] }
  const step = steps[link.dataset.move ?? '']
  if (step) view.setCenter([x + step[0] * width * half, y + step[1] * height * half])
  else if (link.dataset.move) view.adjustZoom(link.dataset.move === 'in' ? 1 : -1)
  else fit(map, link.dataset.go ?? '')
}

function watchList({ target }: Parts, choose: Deeds['choose']): void {
  document.querySelector('.map-side')?.addEventListener('click', (event) => {
    const click = event as MouseEvent
    if (click.ctrlKey || click.metaKey || click.shiftKey) return
    const link = (event.target as Element | null)?.closest<HTMLElement>('a.map-row[data-key], a[data-unchoose]')
    if (!link) return
    event.preventDefault()
    choose(link.dataset.key)
  })
  document.addEventListener('keydown', (event) => {
    const { activeElement } = document
    if (event.ctrlKey || event.metaKey || event.altKey || activeElement?.matches('input, select, textarea')) return
    const isInList = activeElement?.matches('a.map-row') ?? false
    const key = event.key.toLowerCase()
    const isDown = key === 'j' || (isInList && key === 'arrowdown')
    const isUp = key === 'k' || (isInList && key === 'arrowup')
    if ((!isDown && !isUp) || target.contains(activeElement)) return
    const row = stepRow(isDown ? 1 : -1)
    if (!row) return
    event.preventDefault()
    row.focus()
    choose(row.dataset.key)
  })
}

/** Other layers on the same map keep what is in view; another period or outline begins anew. */
function watchForm(map: OlMap): void {
  const form = document.querySelector<HTMLFormElement>('.map-form')
  const selects = () => [...(form?.querySelectorAll('select') ?? [])].map(({ value }) => value).join(' ')
  const before = selects()
  form?.addEventListener('submit', () => {
    if (selects() !== before) return
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = 'khung'
    input.value = readView(map)
    form.append(input)
  })
}

const root = document.getElementById('map')
// Without the outlines there is nothing to work on: the picture the server made stays.
if (root) start(root).catch(() => {})
