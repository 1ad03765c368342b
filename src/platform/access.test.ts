import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide, type Ground, permissionsBy } from './access.ts'

const now = new Date('2026-11-23T03:00:00Z')
const codes = ['a', 'a.1', 'b']
const permissions = ['thing:read', 'person:look-up', 'thing:write']
const purposes = new Map([
  [
    'person:look-up',
    [
      { code: 'receive', name: 'Tiếp nhận', legalBasis: 'Điều 1' },
      { code: 'answer', name: 'Trả kết quả', legalBasis: 'Điều 2' },
    ],
  ],
  ['thing:write', []],
])
/** What one has proved, and whether it will do where the other is asked. */
const levels = [undefined, 'password', 'two-factor', 'vneid:1', 'vneid:2'] as const
const enough: Record<string, readonly string[]> = {
  password: ['password', 'two-factor'],
  'two-factor': ['two-factor'],
  'vneid:1': ['vneid:1', 'vneid:2'],
  'vneid:2': ['vneid:2'],
}

const ground = fc.record({
  permissions: fc.subarray(permissions),
  reach: fc.oneof(fc.constant('all' as const), fc.subarray(codes)),
})
const case_ = fc.record({
  grounds: fc.array(ground, { maxLength: 3 }),
  account: fc.constantFrom('someone', 'someone', 'someone', undefined, 'system'),
  machine: fc.boolean(),
  level: fc.constantFrom(...levels),
  hasFactor: fc.boolean(),
  minutesAgo: fc.constantFrom(1, 20),
  permission: fc.option(fc.constantFrom(...permissions), { nil: undefined }),
  organisation: fc.option(fc.constantFrom(...codes), { nil: undefined }),
  purpose: fc.constantFrom(undefined, '', 'receive', 'answer', 'curiosity'),
  wish: fc.option(
    fc.record({
      level: fc.constantFrom('password' as const, 'two-factor' as const, 'vneid:1' as const, 'vneid:2' as const),
      withinMinutes: fc.constantFrom(undefined, 10),
      ifEnrolled: fc.boolean(),
    }),
    { nil: undefined },
  ),
})
type Case = typeof case_ extends fc.Arbitrary<infer C> ? C : never

/** The same rule, said as one would say it to a person. */
function may(one: Case): boolean {
  const { permission, organisation, purpose, wish } = one
  const bound = permission === undefined ? undefined : purposes.get(permission)
  const servesPurpose = !bound || purpose === undefined || bound.some(({ code }) => code === purpose)
  if (one.account === 'system') return servesPurpose
  if (!one.account) return false
  const holds =
    permission === undefined ||
    one.grounds.some(
      ({ permissions, reach }) =>
        permissions.includes(permission) &&
        (reach === 'all' || (organisation === undefined ? reach.length > 0 : reach.includes(organisation))),
    )
  const isPersons = !bound || purpose === undefined || !one.machine
  const isProved =
    wish === undefined ||
    (wish.ifEnrolled && !one.hasFactor) ||
    (one.level !== undefined &&
      (enough[wish.level] ?? []).includes(one.level) &&
      (wish.withinMinutes === undefined || one.minutesAgo <= wish.withinMinutes))
  return holds && isPersons && servesPurpose && isProved
}

test('permission, organisation, purpose and assurance together decide as a plain restatement of the rule does', () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(case_, (one) => {
      const grounds = one.grounds.map(
        ({ permissions, reach }): Ground => ({
          kind: 'role',
          role: 'officer',
          organisations: [],
          reach: reach === 'all' ? 'all' : new Set(reach),
          permissions: new Set(permissions),
        }),
      )
      const holder = {
        account: one.account,
        grounds: one.account ? grounds : [],
        permissions: permissionsBy(one.account ? grounds : []),
        scopes: one.machine ? permissions : undefined,
        assurance: one.level,
        asksSecondFactor: one.hasFactor,
        authenticatedAt: one.level && new Date(now.getTime() - one.minutesAgo * 60_000),
      }
      const { permission, organisation, purpose } = one
      const decision = decide(holder, { permission, organisation, purpose, assurance: one.wish }, { now, purposes })
      assert.equal(decision.allowed, may(one))
      const said = decision.allowed ? `allowed ${decision.purpose?.code ?? ''}` : decision.lack
      seen.set(said, (seen.get(said) ?? 0) + 1)
      if (decision.allowed && permission !== undefined && one.account !== 'system')
        assert.ok(decision.grounds.length > 0, 'nobody is let in without a ground')
    }),
    { numRuns: 5000, seed: 20261123 },
  )
  for (const said of ['sign-in', 'scope', 'permission', 'organisation', 'purpose', 'assurance', 'allowed receive'])
    assert.ok((seen.get(said) ?? 0) > 10, `${said}: ${seen.get(said)}`)
})
