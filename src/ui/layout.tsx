// The shell of every page. It is told everything by props: what the product and place are called, what the menu holds, who is
// signed in.
import type { ComponentChildren } from 'preact'
import { type Appearance, textSizeNames, textSizes, themeNames, themes } from './appearance.ts'
import type { Assets } from './assets.ts'
import { defaultTimeZone, formatDateTime } from './format.ts'
import { Form } from './parts/field.tsx'
import { ActingAs, EmergencyPowers, HeadLink, type HeadLinkProps, StandingIn } from './parts/head.tsx'
import { Icon, type IconName, Mark } from './parts/icon.tsx'
import { NavCount, type NavCountProps } from './parts/nav-count.tsx'
import { Breadcrumbs, type Link } from './parts/navigation.tsx'
import { classes, Surround } from './render.tsx'

export interface NavItem extends Link {
  icon?: IconName
  /** Marked for every address below it, where that is more than what lies below `href`. */
  covers?: string
  /** What waits there. */
  count?: NavCountProps
}

export interface NavGroup {
  /** Absent: its entries stand by themselves; else they are folded under it. */
  label?: string
  items: readonly NavItem[]
}

export interface Account {
  name: string
  position?: string
  organisation?: string
  links?: readonly Link[]
  signOutAction: string
}

/** What stays the same from page to page of one request. */
export interface Shell {
  product: string
  /** The place it serves: "Tỉnh Khánh Hòa". */
  place: string
  /** Authority named on prints: "ỦY BAN NHÂN DÂN TỈNH KHÁNH HÒA". */
  authority?: string
  /** True when any figure shown is made up: the mark is on every page. */
  illustrative?: boolean
  homeHref?: string
  nav: readonly NavGroup[]
  account?: Account
  headLinks?: readonly HeadLinkProps[]
  /** The one of several positions that is acted under: said on every page, with the way to another. */
  actingAs?: { title: string; changeHref: string }
  /** The absent colleague whose work is done now: said on every page, with the press that ends it. */
  standingIn?: { name: string; endAction: string }
  /** Powers for an emergency that are held now. */
  emergency?: { title: string; endsAt: Date; href: string }
  /** The decision by which an inspector looks: said on every page. */
  inspection?: string
  signInHref?: string
  search?: { action: string; label: string; value?: string }
  appearance: Appearance
  /** Where the choice of theme and text size is posted; gets `theme` or `text`, and `back`. */
  appearanceAction?: string
  assets: Pick<Assets, 'url'>
  now: Date
  timeZone?: string
  /** Path and query of the request. */
  address: string
  csrf?: string
  /** Address of the stream of changes; absent, the page stays as it is. */
  liveHref?: string
  footer?: readonly Link[]
}

export interface LayoutProps {
  shell: Shell
  /** The one `h1`. */
  title: string
  /** For the window's title when the `h1` alone does not say enough. */
  windowTitle?: string
  crumbs?: readonly Link[]
  lead?: ComponentChildren
  actions?: ComponentChildren
  /** A FreshnessLine. */
  freshness?: ComponentChildren
  /** Browser modules this page needs besides the live one: `table`, `paste`, `chart`. */
  islands?: readonly string[]
  /** `desk` for officers, `wall` for the dark room, `plain` without a menu (sign-in, print). */
  face?: 'desk' | 'wall' | 'plain' | 'citizen'
  /** The page brings its own head. */
  bare?: boolean
  /** Everything on it belongs to an exercise: a striped frame, the word in the window's title, on the page and on paper. */
  exercise?: boolean
  /** A page of words or one form: a shorter measure. */
  narrow?: boolean
  /** Marks the page as changed by a form that came back with faults. */
  hasErrors?: boolean
  children: ComponentChildren
}

export function Layout(props: LayoutProps) {
  const { shell, title, face = 'desk' } = props
  const hasNav = face !== 'plain' && shell.nav.some(({ items }) => items.length > 0)
  const surroundings = {
    now: shell.now,
    timeZone: shell.timeZone ?? defaultTimeZone,
    address: shell.address,
    csrf: shell.csrf,
  }
  return (
    <Surround value={surroundings}>
      <html
        lang="vi"
        data-face={face}
        data-theme={face === 'wall' ? 'dark' : shell.appearance.theme}
        data-text={shell.appearance.text}
        data-exercise={props.exercise ? 'yes' : undefined}
      >
        <Head {...props} />
        <body>
          <a class="skip" href="#main">
            Đến nội dung chính
          </a>
          <p class="offline" id="offline" role="status" hidden>
            Mất kết nối với máy chủ. Số liệu trên màn hình có thể đã cũ.
          </p>
          {props.exercise && (
            <aside class="exercise-bar" aria-label="Diễn tập">
              DIỄN TẬP · không phải sự việc có thật
            </aside>
          )}
          <Letterhead shell={shell} />
          {props.bare ? (
            <main class="main" id="main" tabIndex={-1}>
              {props.children}
            </main>
          ) : (
            <div class={classes('shell', hasNav && 'shell-nav')}>
              <Header shell={shell} hasNav={hasNav} />
              {hasNav && (
                <MainNav groups={shell.nav} current={currentHref(shell.nav, shell.address, props.crumbs ?? [])} />
              )}
              <main class={classes('main', props.narrow && 'main-narrow')} id="main" tabIndex={-1}>
                <PageHead {...props} title={title} />
                {props.children}
              </main>
              <Footer shell={shell} />
            </div>
          )}
          <p class="hidden-visually" id="announcer" role="status" aria-live="polite" />
        </body>
      </html>
    </Surround>
  )
}

function Head({ shell, title, windowTitle, hasErrors, exercise, islands = [] }: LayoutProps) {
  const scripts = [...new Set([...(shell.liveHref ? ['live'] : []), ...islands])]
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content={shell.appearance.theme === 'auto' ? 'light dark' : shell.appearance.theme} />
      <title>{`${exercise ? 'DIỄN TẬP · ' : ''}${hasErrors ? 'Có lỗi: ' : ''}${windowTitle ?? title} · ${shell.product}`}</title>
      <link rel="icon" type="image/svg+xml" href={shell.assets.url('icon.svg')} />
      <link rel="stylesheet" href={shell.assets.url('app.css')} />
      {scripts.map((name) => (
        <script
          key={name}
          defer
          src={shell.assets.url(`${name}.js`)}
          data-stream={name === 'live' ? shell.liveHref : undefined}
          data-worker={name === 'live' ? shell.assets.url('live-worker.js') : undefined}
        />
      ))}
    </head>
  )
}

function Header({ shell, hasNav }: { shell: Shell; hasNav: boolean }) {
  return (
    <header class="head">
      {hasNav && (
        <button class="button button-quiet nav-open" type="button" popovertarget="nav">
          <Icon name="menu" />
          Danh mục
        </button>
      )}
      <a class="brand" href={shell.homeHref ?? '/'}>
        <Mark />
        <span class="brand-name">{shell.product}</span>
        <span class="brand-place">{shell.place}</span>
      </a>
      {shell.illustrative && <span class="illustrative">dữ liệu minh họa</span>}
      {shell.search && (
        <search class="head-search-box">
          <form class="head-search" action={shell.search.action} method="get">
            <Icon name="search" />
            <input
              class="input"
              type="search"
              name="q"
              value={shell.search.value}
              aria-label={shell.search.label}
              placeholder={shell.search.label}
              autocomplete="off"
            />
            <button class="hidden-visually" type="submit">
              Tìm
            </button>
          </form>
        </search>
      )}
      {shell.headLinks?.map((link) => (
        <HeadLink key={link.href} {...link} />
      ))}
      {shell.account ? (
        <AccountMenu account={shell.account} />
      ) : (
        shell.signInHref && (
          <a class="button head-end" href={shell.signInHref}>
            Đăng nhập
          </a>
        )
      )}
      {shell.actingAs && !shell.standingIn && <ActingAs {...shell.actingAs} />}
      {shell.emergency && <EmergencyPowers {...shell.emergency} />}
      {shell.standingIn && <StandingIn {...shell.standingIn} />}
      {shell.inspection && <p class="standing-in">{shell.inspection}</p>}
    </header>
  )
}

function AccountMenu({ account }: { account: Account }) {
  return (
    <details class="menu head-end">
      <summary>
        <Icon name="person" />
        <span class="account-full">{account.name}</span>
        <span class="account-short">Tài khoản</span>
      </summary>
      <div class="menu-list">
        <p class="menu-who small muted">
          {account.name}
          {account.position && `, đang làm việc với tư cách ${account.position}`}
          {account.organisation && ` (${account.organisation})`}
        </p>
        {account.links?.map(({ label, href }) => (
          <a key={href} href={href}>
            {label}
          </a>
        ))}
        <a href="#hien-thi">Giao diện và cỡ chữ</a>
        <Form action={account.signOutAction} class="sign-out">
          <button type="submit">Đăng xuất</button>
        </Form>
      </div>
    </details>
  )
}

function MainNav({ groups, current }: { groups: readonly NavGroup[]; current: string | undefined }) {
  return (
    <nav class="nav" id="nav" popover="auto" aria-label="Danh mục chính">
      <button class="button button-quiet nav-close" type="button" popovertarget="nav" popovertargetaction="hide">
        <Icon name="close" />
        Đóng
      </button>
      {groups.map((group) => (
        <NavGroupOf key={group.label ?? group.items[0]?.href} group={group} current={current} />
      ))}
    </nav>
  )
}

function NavGroupOf({ group: { label, items }, current }: { group: NavGroup; current: string | undefined }) {
  const list = (
    <ul>
      {items.map((item) => (
        <li key={item.href}>
          <a href={item.href} aria-current={item.href === current ? 'page' : undefined}>
            {item.icon && <Icon name={item.icon} />}
            <span>{item.label}</span>
            {item.count && <NavCount {...item.count} />}
          </a>
        </li>
      ))}
    </ul>
  )
  if (!label) return list
  return (
    <details class="nav-section" open={items.some(({ href }) => href === current)}>
      <summary>
        <Icon name="forward" size={16} />
        {label}
      </summary>
      {list}
    </details>
  )
}

// The longest address that the present one lies under: a record's page marks its list.
/** The entry that a page belongs to: by its address, else by the nearest of its crumbs that lies below one. */
function currentHref(groups: readonly NavGroup[], address: string, crumbs: readonly Link[]): string | undefined {
  const items = groups.flatMap((group) => group.items)
  const covers = (prefix: string, path: string) => path === prefix || (prefix !== '/' && path.startsWith(`${prefix}/`))
  const entryOf = (to: string) => {
    const path = to.split('?')[0] ?? ''
    return items
      .filter(({ href, covers: all = href }) => covers(all, path) || covers(href, path))
      .toSorted((a, b) => (b.covers ?? b.href).length - (a.covers ?? a.href).length)[0]?.href
  }
  return [address, ...crumbs.map(({ href }) => href).toReversed()].map(entryOf).find((href) => href !== undefined)
}

function PageHead({ title, crumbs = [], lead, actions, freshness }: LayoutProps) {
  return (
    <div class="page-head">
      <div class="page-head-words">
        <Breadcrumbs items={crumbs} />
        <h1>{title}</h1>
        {lead && <p class="page-lead">{lead}</p>}
        {freshness}
      </div>
      {actions && <div class="page-actions">{actions}</div>}
    </div>
  )
}

function Footer({ shell }: { shell: Shell }) {
  return (
    <footer class="foot">
      <div>
        <p>
          {shell.product} · {shell.place}
          {shell.illustrative &&
            ' · Số liệu trên các trang là dữ liệu minh họa, không phải số liệu thật của địa phương.'}
        </p>
        {shell.footer && shell.footer.length > 0 && (
          <ul class="plain-list row">
            {shell.footer.map(({ label, href }) => (
              <li key={href}>
                <a href={href}>{label}</a>
              </li>
            ))}
          </ul>
        )}
      </div>
      {shell.appearanceAction && <AppearanceForm shell={shell} action={shell.appearanceAction} />}
    </footer>
  )
}

function AppearanceForm({ shell, action }: { shell: Shell; action: string }) {
  const choice = (name: 'theme' | 'text', label: string, values: readonly [string, string][]) => (
    <fieldset class="choice">
      <legend>{label}</legend>
      {values.map(([value, words]) => (
        <button key={value} type="submit" name={name} value={value} aria-pressed={shell.appearance[name] === value}>
          {words}
        </button>
      ))}
    </fieldset>
  )
  return (
    <div id="hien-thi">
      <Form action={action} class="choice-form" label="Giao diện và cỡ chữ">
        <input type="hidden" name="back" value={shell.address} />
        {choice(
          'theme',
          'Giao diện:',
          themes.map((theme) => [theme, themeNames[theme]]),
        )}
        {choice(
          'text',
          'Cỡ chữ:',
          textSizes.map((size) => [size, textSizeNames[size]]),
        )}
      </Form>
    </div>
  )
}

// Seen on paper only.
function Letterhead({ shell }: { shell: Shell }) {
  return (
    <div class="letterhead" aria-hidden="true">
      <div>{shell.authority ?? shell.place}</div>
      <div>
        {shell.product}
        {shell.illustrative && ' · dữ liệu minh họa'}
        <br />
        In lúc {formatDateTime(shell.now, shell.timeZone)}
      </div>
    </div>
  )
}
