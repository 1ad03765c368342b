import { type ComponentChildren, createContext, type VNode } from 'preact'
import { useContext } from 'preact/hooks'
import { renderToString } from 'preact-render-to-string'
import { defaultTimeZone } from './format.ts'

/** What parts deep inside a page may ask for without being handed it: the moment, the place in the address, the form token. */
export interface Surroundings {
  now: Date
  timeZone: string
  /** Path and query of the request. */
  address: string
  csrf: string | undefined
}

// A piece drawn without a page around it still has a clock.
const SurroundingsContext = createContext<Surroundings>({
  get now() {
    return new Date()
  },
  timeZone: defaultTimeZone,
  address: '/',
  csrf: undefined,
})

export function Surround({ value, children }: { value: Surroundings; children: ComponentChildren }) {
  return <SurroundingsContext.Provider value={value}>{children}</SurroundingsContext.Provider>
}

export const useSurroundings = (): Surroundings => useContext(SurroundingsContext)

/** A whole document. */
export function renderPage(page: VNode): string {
  return `<!doctype html>${renderToString(page)}`
}

/** A piece of a page, for an element that refreshes itself. */
export function renderFragment(surroundings: Surroundings, piece: VNode): string {
  return renderToString(<Surround value={surroundings}>{piece}</Surround>)
}

/** Class names, leaving out what is empty or false. */
export function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
