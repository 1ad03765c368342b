export const vneidPath = '/dang-nhap/vneid'
export const callbackPath = '/dang-nhap/vneid/ve'
export const belowPath = '/dang-nhap/vneid/muc-1'
export const signedOutPath = '/dang-nhap/vneid/da-dang-xuat'

/** The address that leads to VNeID and back to a page of this site. */
export function vneidHref(returnTo: string | undefined, level: 'vneid:1' | 'vneid:2' = 'vneid:1'): string {
  const query = new URLSearchParams({
    ...(level === 'vneid:2' ? { muc: level } : {}),
    ...(returnTo ? { tiep: returnTo } : {}),
  })
  return query.size > 0 ? `${vneidPath}?${query}` : vneidPath
}
