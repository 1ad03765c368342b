// The library asks for URL.parse, which Node has from 22 on; this is the standard's own definition of it.
export function supplyUrlParse(): void {
  if ('parse' in URL) return
  Object.defineProperty(URL, 'parse', {
    configurable: true,
    writable: true,
    value: (url: string, base?: string) => (URL.canParse(url, base) ? new URL(url, base) : null),
  })
}
