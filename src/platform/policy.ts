/** The page's own rules of what a browser may load: nothing from elsewhere but the hosts that are named. */
export function contentPolicy(more: { images?: readonly string[]; connect?: readonly string[] } = {}): string {
  const { images = [], connect = [] } = more
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' data:", ...images].join(' '),
    ...(connect.length > 0 ? [["connect-src 'self'", ...connect].join(' ')] : []),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
