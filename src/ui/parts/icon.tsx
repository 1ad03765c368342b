// One set of our own: 20 px, 1.75 px stroke, round ends. An icon stands beside a word, so it is hidden from readers.

const paths = {
  add: 'M10 4v12M4 10h12',
  back: 'M12 5l-5 5 5 5',
  bell: 'M10 2.750a4.750 4.750 0 0 1 4.750 4.750c0 4.500 1.750 5.500 1.750 6.500h-13c0-1 1.750-2 1.750-6.500A4.750 4.750 0 0 1 10 2.750M8 16.750c.8 1 3.200 1 4 0',
  building: 'M4 17V5l7-2v14M11 8l5 2v7M2.5 17h15M7 7.5v0M7 10.5v0M7 13.5v0',
  calendar: 'M4 5.5h12v11H4zM4 9h12M7 3.5v4M13 3.5v4',
  chart: 'M3.5 3.5v13h13M6.5 13l3-4 2.5 2 4-5',
  check: 'M4 10.5l4 4 8-9',
  clock: 'M10 2.75a7.25 7.25 0 1 0 0 14.5 7.25 7.25 0 0 0 0-14.5M10 6v4.25l2.75 1.75',
  close: 'M5 5l10 10M15 5L5 15',
  database: 'M4 5.5C4 2.5 16 2.5 16 5.5S4 8.500 4 5.5v9c0 3 12 3 12 0v-9M4 10c0 3 12 3 12 0',
  document: 'M5 2.75h6.5L15 6.500v10.750H5zM11.250 3v3.750H15M7.5 10.5h5M7.5 13.500h5',
  download: 'M10 3v9.500M6 9l4 4 4-4M3.5 16.500h13',
  edit: 'M4 16l.8-3.500L13 4.300a1.600 1.600 0 0 1 2.300 0l.4.4a1.600 1.600 0 0 1 0 2.300L7.500 15.200zM11.500 5.800l2.700 2.700',
  filter: 'M3.500 4.500h13l-5 6v5l-3 1.500v-6.500z',
  flow: 'M3 4h5v4H3zM12 12h5v4h-5zM5.500 8v6h6.500M8 6h6.500v6',
  forward: 'M8 5l5 5-5 5',
  gauge: 'M3.500 14.500a7.250 7.250 0 1 1 13 0M10 12l3-4.500',
  help: 'M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500M7.750 8a2.250 2.250 0 1 1 3.500 1.900c-.8.500-1.250.9-1.250 1.850M10 14.250v0',
  history: 'M3.500 7.500A7.250 7.250 0 1 1 2.750 10M3.250 3.500v4h4M10 6.500v4l2.500 1.500',
  home: 'M3 9.500L10 3.500l7 6M5 8v8.500h10V8M8.500 16.500v-4.500h3v4.500',
  info: 'M10 2.750a7.250 7.250 0 1 0 0 14.500 7.250 7.250 0 0 0 0-14.500M10 9v4.750M10 6.250v0',
  link: 'M8 12l4-4M9 6l1.500-1.500a3.200 3.200 0 0 1 4.500 4.500L13.500 10.500M11 14l-1.500 1.500A3.200 3.200 0 0 1 5 11l1.500-1.500',
  list: 'M7 5h10M7 10h10M7 15h10M3.250 5v0M3.250 10v0M3.250 15v0',
  lock: 'M5 9h10v8H5zM7 9V6.500a3 3 0 0 1 6 0V9M10 12.250v1.750',
  menu: 'M3 5.500h14M3 10h14M3 14.500h14',
  offline:
    'M3 3l14 14M2.500 8a11 11 0 0 1 4-2.200M10 5a11 11 0 0 1 7.500 3M5.500 11.300A6.500 6.500 0 0 1 9 9.600M13 10.300a6.500 6.500 0 0 1 1.500 1M10 15.250v0',
  people:
    'M7.500 9.250a2.750 2.750 0 1 0 0-5.500 2.750 2.750 0 0 0 0 5.500M2.500 16.500c0-6 10-6 10 0M13 4a2.750 2.750 0 0 1 0 5M15 11.800c1.600.7 2.500 2.300 2.500 4.700',
  person: 'M10 9.500a3.250 3.250 0 1 0 0-6.500 3.250 3.250 0 0 0 0 6.500M3.500 17c0-7.500 13-7.500 13 0',
  print: 'M5.500 7.500v-4h9v4M5.500 14H3.500V7.500h13V14h-2M5.500 11.500h9v5h-9z',
  rank: 'M3.500 16.500v-5h4v5M8 16.500v-12h4v12M12.500 16.500v-8h4v8M2.500 16.500h15',
  refresh: 'M16.500 8A7 7 0 0 0 4 6.500L3 8M3 4v4h4M3.500 12A7 7 0 0 0 16 13.500l1-1.500M17 16v-4h-4',
  search: 'M8.750 3.250a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11M12.750 12.750l4 4',
  settings: 'M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4',
  sign: 'M3 16.500h14M4 13c3-1 5-9 7-9s-2 8 0 8 2-2.500 3-2.500.5 2.500 2.500 2.500',
  table: 'M3.500 4h13v12h-13zM3.500 8h13M3.500 12h13M8.500 8v8',
  trash: 'M4 5.500h12M8 5.500v-2h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5',
  upload: 'M10 13V3.500M6 7.500l4-4 4 4M3.500 16.500h13',
  warning: 'M10 3.250L17.500 16.500h-15zM10 8v4.250M10 14.250v0',
} as const

export type IconName = keyof typeof paths
export const iconNames = Object.keys(paths) as IconName[] // keys of a constant object are exactly its names

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}

const shapes = {
  diamond: 'M6 0.500L11.500 6 6 11.500 0.500 6z',
  up: 'M6 1L11.500 11H0.500z',
  down: 'M6 11L11.500 1H0.500z',
  disc: 'M6 1.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z',
  sort: 'M6 0.500L10 5H2zM6 11.500L10 7H2z',
} as const

/** A small filled shape; `ring` is outlined. Drawn, not typed: no font is trusted to hold ◆ ▲ ● ○. */
export function Shape({ name }: { name: keyof typeof shapes | 'ring' }) {
  return (
    <svg
      class="shape"
      width="12"
      height="12"
      viewBox="0 0 12 12"
      fill="currentColor"
      aria-hidden="true"
      focusable="false"
    >
      {name === 'ring' ? (
        <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="2" />
      ) : (
        <path d={shapes[name]} />
      )}
    </svg>
  )
}

/** Our own mark: growth rings of agarwood. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 26 26"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      aria-hidden="true"
    >
      <circle cx="13" cy="13" r="11.500" />
      <path d="M13 5.500a7.500 7.500 0 1 1-7.100 5" stroke-linecap="round" />
      <circle cx="13" cy="13" r="3" fill="currentColor" stroke="none" />
    </svg>
  )
}
