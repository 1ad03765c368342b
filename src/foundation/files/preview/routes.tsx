import { z } from 'zod'
import type { Context } from '#platform/context'
import { type Access, type Crumb, file, page, type Route, route } from '#platform/http'
import { Button, EmptyState, formatBytes, formatNumber } from '#ui'
import { getOpenable, openFile } from '../actions.ts'
import type { StoredFile } from '../model.ts'
import { mostPagesShown, type Preview, shortKind } from './model.ts'
import { lookAt, openPage, openThumb } from './previews.ts'

interface Owned extends Pick<StoredFile, 'sha256' | 'name' | 'type'> {
  /** The way back from the large view. */
  crumbs: Crumb[]
}

interface Owner<S extends z.ZodRawShape> {
  /** Where it is downloaded. */
  path: string
  access: Access
  params: S
  /** The file, for who may read it: asked before the file, its pages and its small picture alike. @throws Problem */
  find(ctx: Context, params: z.infer<z.ZodObject<S>>): Promise<Owned>
}

/** The routes of a file that a room owns: the file itself, a large view with its pages (`/xem`), and its pictures. */
export function fileRoutes<S extends z.ZodRawShape>(owner: Owner<S>): Route[] {
  const { path, access, params, find } = owner
  return [
    route({
      method: 'GET',
      path,
      access,
      params: z.strictObject(params),
      async handle(ctx, input) {
        const { sha256, name, type } = await find(ctx, input.params)
        const { bytes } = await openFile(ctx, sha256)
        return file(name, type, bytes)
      },
    }),
    ...previewRoutes(owner),
  ]
}

/** Of a file that its room serves itself at `path`. */
export function previewRoutes<S extends z.ZodRawShape>({ path, access, params, find }: Owner<S>): Route[] {
  const own = z.strictObject(params)
  const Page = z.object({ trang: z.union([z.literal('nho'), z.coerce.number().int().positive().max(mostPagesShown)]) })
  return [
    route({
      method: 'GET',
      path: `${path}/xem`,
      access,
      params: own,
      async handle(ctx, input) {
        const owned = await find(ctx, input.params)
        const { sizeBytes } = await getOpenable(ctx, owned.sha256)
        const preview = await lookAt(ctx, owned.sha256)
        return viewPage({ ...owned, sizeBytes }, preview, input.request.path.replace(/\/xem$/, ''))
      },
    }),
    route({
      method: 'GET',
      path: `${path}/xem/:trang`,
      access,
      params: z.strictObject({ ...params, ...Page.shape }),
      async handle(ctx, input) {
        // The checker does not see through the two shapes that are joined above.
        const { trang, ...rest } = input.params as z.infer<typeof Page>
        const { sha256, type } = await find(ctx, own.parse(rest))
        const picture = trang === 'nho' ? await openThumb(ctx, sha256) : await openPage(ctx, sha256, trang)
        if (picture) return file(`${trang}.webp`, 'image/webp', picture, true)
        return file(`${trang}.svg`, 'image/svg+xml', tileOf(trang === 'nho' ? shortKind(type) : 'Không vẽ được'), true)
      },
    }),
  ]
}

/** In place of a picture that there is not. */
const tileOf = (words: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="128" viewBox="0 0 96 128"><rect width="96" height="128" fill="gray" fill-opacity="0.18"/><text x="48" y="70" font-family="sans-serif" font-size="${words.length > 5 ? 12 : 22}" font-weight="600" fill="gray" text-anchor="middle">${words}</text></svg>`

function viewPage(owned: Owned & StoredFile, preview: Preview, href: string) {
  return page({
    title: owned.name,
    crumbs: owned.crumbs,
    lead: [shortKind(owned.type), formatBytes(owned.sizeBytes), ...sayPages(preview)].join(' · '),
    actions: (
      <Button href={href} icon="download" download>
        Tải về
      </Button>
    ),
    body: <Shown preview={preview} href={href} name={owned.name} />,
  })
}

function sayPages(preview: Preview): string[] {
  if (preview.kind !== 'pages') return []
  const { pages } = preview
  if (pages <= mostPagesShown) return [`${formatNumber(pages)} trang`]
  return [`${formatNumber(pages)} trang, xem được ${mostPagesShown} trang đầu`]
}

function Shown({ preview, href, name }: { preview: Preview; href: string; name: string }) {
  if (preview.kind === 'none') return <EmptyState title="Không xem trước được">{preview.words}</EmptyState>
  if (preview.kind === 'text')
    return (
      <div class="stack">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <section class="file-text" tabIndex={0} aria-label={`Nội dung ${name}`}>
          <pre>{preview.text}</pre>
        </section>
        {preview.isCut && <p class="muted">Chỉ hiện phần đầu. Tải tệp về để xem toàn bộ.</p>}
      </div>
    )
  const numbers = Array.from({ length: Math.min(preview.pages, mostPagesShown) }, (_, at) => at + 1)
  return (
    <div class="file-pages">
      {numbers.length > 1 && (
        <nav aria-label="Các trang">
          <ol>
            {numbers.map((number) => (
              <li key={number}>
                <a href={`#trang-${number}`}>
                  <span class="hidden-visually">Trang </span>
                  {number}
                </a>
              </li>
            ))}
          </ol>
        </nav>
      )}
      {numbers.map((number) => (
        <figure key={number} id={`trang-${number}`}>
          <a href={`${href}/xem/${number}`} aria-label={`Trang ${number}, mở riêng để phóng to`}>
            <img
              src={`${href}/xem/${number}`}
              alt=""
              width={preview.width}
              height={preview.height}
              loading={number > 2 ? 'lazy' : undefined}
            />
          </a>
          <figcaption>
            Trang {number}/{formatNumber(preview.pages)}
          </figcaption>
        </figure>
      ))}
    </div>
  )
}

/** A file in a list: a small picture and its name lead to the large view, beside them the download. `href` as in `fileRoutes`. */
export function FileLink({ file: { name, sizeBytes }, href, note }: FileLinkProps) {
  return (
    <span class="file-link">
      <a href={`${href}/xem`} tabIndex={-1}>
        <img src={`${href}/xem/nho`} alt={`Xem trước ${name}`} width={48} height={64} loading="lazy" decoding="async" />
      </a>
      <span>
        <a href={`${href}/xem`}>{name}</a>
        <br />
        <span class="small muted">
          {sizeBytes !== undefined && `${formatBytes(sizeBytes)} · `}
          <a href={href} download aria-label={`Tải về ${name}`}>
            Tải về
          </a>
          {note && ` · ${note}`}
        </span>
      </span>
    </span>
  )
}

interface FileLinkProps {
  file: Pick<StoredFile, 'name'> & Partial<Pick<StoredFile, 'sizeBytes'>>
  href: string
  note?: string
}
