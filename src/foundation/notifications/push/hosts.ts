/** Whether messages may be handed to this address: an address comes from a browser, and must not lead into the house's own network. */
export function isPushService(endpoint: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false
  const { protocol, host, username, password } = new URL(endpoint)
  if (username || password) return false
  const named = hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one))
  // Only a counterpart on this very machine is spoken to in the open.
  return named && (protocol === 'https:' || (protocol === 'http:' && host.startsWith('127.0.0.1:')))
}
