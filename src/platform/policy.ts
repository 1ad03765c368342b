/** The page's own rules of what a browser may load: nothing from elsewhere but the hosts that are named. */
export function contentPolicy(
  more: { images?: readonly string[]; connect?: readonly string[]; forms?: readonly string[] } = {},
): string {
  const { images = [], connect = [], forms = [] } = more
  return [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' data:", ...images].join(' '),
    ...(connect.length > 0 ? [["connect-src 'self'", ...connect].join(' ')] : []),
    "object-src 'none'",
    "base-uri 'none'",
    // Browsers hold it against every address that a sent form is led on to as well.
    ["form-action 'self'", ...forms].join(' '),
    "frame-ancestors 'none'",
  ].join('; ')
}
