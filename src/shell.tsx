/** The shell around every page, and the few routes that belong to no capability. */
import { type ComponentChild, Fragment, h } from 'preact'
import { z } from 'zod'
import { ownRightsPath } from '#identity'
import type { Capability, MenuItem } from '#platform/capability'
import type { Context } from '#platform/context'
import { json, type PageContent, type RequestFacts, type Route, redirect, route, safeReturnPath } from '#platform/http'
import { describeApi } from '#platform/openapi'
import {
  type Assets,
  formatDate,
  type HeadLinkProps,
  Layout,
  type NavCountProps,
  type NavGroup,
  readAppearance,
  renderFragment,
  renderPage,
} from '#ui'
import { Refusal } from './refusal.tsx'

export const product = 'Trầm Hương'

/** The menu from top to bottom; entries without a label of their group stand by themselves. */
const groups: { group: MenuItem['group']; label?: string }[] = [
  { group: 'top' },
  { group: 'figures', label: 'Số liệu' },
  { group: 'events', label: 'Cảnh báo và tình huống' },
  { group: 'data', label: 'Dữ liệu nguồn' },
  { group: 'administration', label: 'Quản trị' },
]

export interface ShellParts {
  cards: readonly Capability[]
  assets: Assets
  place: string
  timeZone: string
  illustrative: boolean
}

export function createShell(parts: ShellParts) {
  const menu = parts.cards.flatMap((card) => card.menu ?? []).toSorted((a, b) => a.order - b.order)
  const hasSearch = parts.cards.some((card) => card.routes?.some(({ path }) => path === searchPath))
  const around = (ctx: Context, request: RequestFacts) => ({
    now: ctx.now,
    timeZone: parts.timeZone,
    address: request.url,
    csrf: undefined,
  })
  return {
    async renderPage(ctx: Context, content: PageContent, request: RequestFacts): Promise<string> {
      const { citizen } = ctx.actor
      // An officer's menu is none of a citizen's.
      const isBare = content.face === 'plain' || content.face === 'wall' || citizen !== undefined
      const { head, nav } = isBare ? { head: [], nav: [] } : await menuOf(ctx, menu)
      return renderPage(
        <Layout
          title={content.title}
          crumbs={content.crumbs}
          lead={content.lead}
          actions={content.actions}
          islands={content.islands}
          face={citizen && content.face !== 'plain' ? 'citizen' : (content.face ?? 'desk')}
          bare={content.bare}
          exercise={content.exercise}
          narrow={content.face === 'plain' || content.face === 'citizen'}
          hasErrors={(content.status ?? 200) >= 400}
          shell={{
            ...around(ctx, request),
            product,
            place: parts.place,
            illustrative: parts.illustrative,
            nav,
            homeHref: citizen && citizenPath,
            account: accountOf(ctx),
            headLinks: head,
            actingAs: actingAsOf(ctx),
            standingIn: ctx.actor.onBehalfOf && { name: ctx.actor.onBehalfOf.name, endAction: '/xu-ly-thay/thoi' },
            emergency: ctx.actor.emergency && { ...ctx.actor.emergency, href: '/quan-tri/khan-cap' },
            inspection: sayInspection(ctx),
            signInHref: content.face === 'plain' ? undefined : '/dang-nhap',
            search:
              hasSearch && ctx.actor.account && !citizen
                ? { action: searchPath, label: 'Tìm chỉ tiêu, đơn vị, nguồn' }
                : undefined,
            appearance: readAppearance(request.cookies),
            appearanceAction: '/hien-thi',
            assets: parts.assets,
            liveHref: liveHrefOf(ctx),
            footer: whyOf(ctx, request),
          }}
        >
          {bodyOf(ctx, content, request)}
        </Layout>,
      )
    },
    renderFragment: (ctx: Context, body: ComponentChild, request: RequestFacts): string =>
      renderFragment(around(ctx, request), h(Fragment, null, body)),
  }
}

const searchPath = '/tim'
/** Where a citizen begins. */
const citizenPath = '/cong-dan'

// A problem brings words only; a page that came back with faults brings its own form.
const bodyOf = (ctx: Context, { status = 200, body, advice }: PageContent, request: RequestFacts): ComponentChild =>
  status >= 400 && typeof body === 'string' ? (
    <Refusal
      status={status}
      words={body}
      advice={advice}
      homeHref={ctx.actor.citizen ? citizenPath : ctx.actor.account && '/'}
      againHref={status === 422 && request.method === 'GET' && request.url !== request.path ? request.path : undefined}
    />
  ) : (
    body
  )

/** Under a page that a permission opens: by which right it is seen. */
function whyOf({ actor }: Context, { access }: RequestFacts) {
  if (!actor.account || actor.citizen || !access?.includes(':')) return undefined
  return [{ label: 'Vì sao tôi xem được trang này', href: `${ownRightsPath}?quyen=${access}` }]
}

interface Menu {
  head: readonly HeadLinkProps[]
  nav: readonly NavGroup[]
}

/** What of the menu somebody sees. A group of one is that one. */
async function menuOf(ctx: Context, menu: readonly MenuItem[]): Promise<Menu> {
  if (!ctx.actor.account) return { head: [], nav: [] }
  const seen = await Promise.all(
    menu
      .filter(({ permission }) => (permission === undefined ? !ctx.actor.scopes : ctx.can(permission)))
      .map(async (item) => {
        const { label, href, covers } = item
        return { item, link: { label, href, covers, count: await countOf(ctx, item) } }
      }),
  )
  const linksOf = (group: MenuItem['group']) => seen.filter(({ item }) => item.group === group).map(({ link }) => link)
  const nav = groups.flatMap(({ group, label }): NavGroup[] => {
    const items = linksOf(group)
    return items.length > 0 ? [{ label: items.length > 1 ? label : undefined, items }] : []
  })
  return { head: linksOf('head').map((link) => ({ ...link, icon: 'bell' })), nav }
}

async function countOf(ctx: Context, { label, count }: MenuItem): Promise<NavCountProps | undefined> {
  if (!count) return undefined
  try {
    const live = { topics: count.topics(ctx), href: count.href, label }
    return { id: count.id, ...(await count.read(ctx)), live }
  } catch (error) {
    // A page that tells of a fault is still to be shown: its menu does without the number.
    ctx.log.warn({ err: error, menu: label }, 'the count of a menu entry could not be read')
    return undefined
  }
}

function sayInspection({ actor: { inspection } }: Context): string | undefined {
  if (!inspection) return undefined
  const { decisionNumber, decidedOn, issuedBy, validTo } = inspection
  return `Đoàn kiểm tra theo Quyết định số ${decisionNumber} ngày ${formatDate(decidedOn)} của ${issuedBy}, đến hết ${formatDate(validTo)}`
}

/** Names who hears, so that browsers keep one line for each account; the server goes by the session. */
function liveHrefOf({ actor: { account, onBehalfOf, citizen } }: Context): string | undefined {
  if (!account || citizen) return undefined
  return `/live?${new URLSearchParams({ cua: account, ...(onBehalfOf ? { thay: onBehalfOf.account } : {}) })}`
}

/** Said on every page of who holds more than one position; who has one is told in the menu of his account. */
function actingAsOf({ actor: { position } }: Context) {
  return position && position.held > 1 ? { title: position.title, changeHref: '/chuc-danh' } : undefined
}

function accountOf(ctx: Context) {
  if (!ctx.actor.account) return undefined
  if (ctx.actor.citizen)
    return {
      name: ctx.actor.name,
      organisation: ctx.actor.citizen.represents?.name,
      links: [
        { label: 'Trang của tôi', href: citizenPath },
        { label: 'Ai đã xem dữ liệu của tôi', href: `${citizenPath}/ai-da-xem` },
      ],
      signOutAction: '/dang-xuat',
    }
  return {
    name: ctx.actor.name,
    position: ctx.actor.position?.title,
    organisation: ctx.actor.organisation,
    links: [
      { label: 'Tài khoản của tôi', href: '/tai-khoan' },
      ...(ctx.actor.position ? [{ label: 'Đổi chức danh đang dùng', href: '/chuc-danh' }] : []),
      { label: 'Xử lý thay', href: '/xu-ly-thay' },
    ],
    signOutAction: '/dang-xuat',
  }
}

const Appearance = z.object({
  theme: z.enum(['auto', 'light', 'dark']).optional(),
  text: z.enum(['normal', 'large', 'largest']).optional(),
  back: z.string().max(2000).optional(),
})

const yearSeconds = 365 * 24 * 3600

/** Routes of the program itself; `/` leads to the first page of the menu where no capability has it. */
export function shellRoutes(cards: readonly Capability[]): Route[] {
  const routes = cards.flatMap((card) => card.routes ?? [])
  const menu = cards.flatMap((card) => card.menu ?? []).toSorted((a, b) => a.order - b.order)
  const home = route({
    method: 'GET',
    path: '/',
    access: 'signed-in',
    citizens: true,
    handle: (ctx) =>
      redirect(
        ctx.actor.citizen
          ? citizenPath
          : (menu.find(({ permission }) => permission && ctx.can(permission))?.href ?? '/tai-khoan'),
      ),
  })
  const own = [
    route({ method: 'GET', path: '/health/live', access: 'public', handle: () => ({ status: 'live' }) }),
    route({ method: 'GET', path: '/health/ready', access: 'public', handle: (ctx) => checkReady(ctx, cards) }),
    route({
      method: 'POST',
      path: '/hien-thi',
      access: 'public',
      body: Appearance,
      handle: (_ctx, { body: { theme, text, back } }) =>
        redirect(safeReturnPath(back), [
          ...(theme ? [{ name: 'theme', value: theme, maxAgeSeconds: yearSeconds }] : []),
          ...(text ? [{ name: 'text', value: text, maxAgeSeconds: yearSeconds }] : []),
        ]),
    }),
    ...(routes.some(({ path, method }) => path === '/' && method === 'GET') ? [] : [home]),
  ]
  const document = describeApi([...own, ...routes], { title: product, version: '1' })
  const describe = route({
    method: 'GET',
    path: '/api/openapi.json',
    access: 'public',
    summary: 'This document',
    handle: () => json(document),
  })
  return [...own, describe]
}

/** Ready when the database answers and no capability has something wrong; what it is, `tram doctor` says. */
async function checkReady(ctx: Context, cards: readonly Capability[]) {
  const checks = [{ name: 'database', ok: await answers(ctx) }]
  for (const card of checks[0]?.ok ? cards : []) {
    if (card.check) checks.push({ name: card.name, ok: (await card.check(ctx)) === undefined })
  }
  const ready = checks.every(({ ok }) => ok)
  return json({ status: ready ? 'ready' : 'not-ready', checks }, ready ? 200 : 503)
}

async function answers(ctx: Context): Promise<boolean> {
  try {
    await ctx.sql`select 1`
    return true
  } catch (error) {
    ctx.log.error({ err: error }, 'the database does not answer')
    return false
  }
}
