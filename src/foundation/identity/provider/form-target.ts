/** Where a form leads beyond this site, as a content policy names it. */
export const formTarget = (address: unknown): string[] =>
  typeof address === 'string' && URL.canParse(address) ? [new URL(address).origin] : []
