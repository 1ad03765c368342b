import type { Context } from '#platform/context'
import { fullTitle, organisationOf } from '../offices/model.ts'
import { listPosts } from './actions.ts'
import type { GivenAuthority } from './store.ts'

/** What the positions of these authorities are called on a day; the code of one that is no more. */
export async function titlesOf(
  ctx: Context,
  rows: readonly Pick<GivenAuthority, 'principal' | 'signatory'>[],
  day: string,
): Promise<(code: string) => string> {
  const places = new Set(rows.flatMap(({ principal, signatory }) => [principal, signatory].map(organisationOf)))
  const posts = new Map((await listPosts(ctx, [...places], day)).map((post) => [post.code, post]))
  return (code) => {
    const post = posts.get(code)
    return post ? fullTitle(post.title, post.organisationName) : code
  }
}
