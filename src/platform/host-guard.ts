/**
 * What may be reached from here: only hosts that the administrator named in the configuration, and of these no address of a private or
 * local range unless the address itself, or its range, is named as well. The addresses found are the ones connected to, so a name that
 * changes its meaning between the check and the call gains nothing.
 */
import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Problem } from '#platform/errors'

const inner = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inner.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(net, prefix, 'ipv6')

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `::ffff:10.0.0.1` is 10.0.0.1. */
const plain = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? address
}

const isInner = (address: string): boolean =>
  /^::ffff:/i.test(plain(address)) || inner.check(plain(address), family(plain(address)))

function namesAddress(entries: readonly string[], address: string): boolean {
  const list = new BlockList()
  for (const entry of entries) {
    const [net = '', prefix] = entry.split('/')
    if (!isIP(net)) continue
    if (prefix === undefined) list.addAddress(net, family(net))
    else list.addSubnet(net, Number(prefix), family(net))
  }
  return list.check(plain(address), family(plain(address)))
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

const refused = (host: string, why: string) =>
  new Problem('pull.host-refused', 422, `Không được lấy dữ liệu từ máy chủ “${host}”: ${why}`, { host })

/** @throws Problem unless this host and port are named in the configuration. */
export function requireNamedHost(entries: readonly string[], host: string, port: number): void {
  const name = bare(host)
  const named = entries.some((entry) => entry.toLowerCase() === name || entry.toLowerCase() === `${name}:${port}`)
  if (!named && !(isIP(name) && namesAddress(entries, name)))
    throw refused(host, 'máy chủ chưa có trong danh sách cho phép (TRAM_PULL_HOSTS) của quản trị hệ thống.')
}

/** The addresses that may be connected to. @throws Problem */
export async function resolveHost(entries: readonly string[], host: string, port: number): Promise<string[]> {
  requireNamedHost(entries, host, port)
  const name = bare(host)
  const found = isIP(name) ? [name] : (await lookup(name, { all: true })).map(({ address }) => address)
  const open = found.filter((address) => !isInner(address) || namesAddress(entries, address))
  if (open.length === 0)
    throw refused(host, 'địa chỉ của máy chủ thuộc mạng nội bộ chưa được khai trong danh sách cho phép.')
  return open
}
