import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { permissionsBy } from '#platform/access'
import type { Role } from '#platform/capability'
import type { Reach } from '#platform/context'
import { groundsWithin, permissionsOfRole } from './access/grounds.ts'
import { AccountName, faultOfPassword, type Grants, roles, waitsInSeconds } from './model.ts'

test('waiting after failures never shrinks, begins after the free ones, and has an end', () => {
  assert.deepEqual(waitsInSeconds(3).slice(0, 7), [0, 0, 0, 2, 4, 8, 16])
  assert.equal(waitsInSeconds(3).at(-1), 900)
  const waits = waitsInSeconds(30)
  assert.ok(waits.every((wait, index) => index === 0 || wait >= (waits[index - 1] ?? 0)))
})

test('the name of an account is a short plain word, and never that of the program itself', () => {
  assert.equal(AccountName.parse('  Nguyen.Van.Mau '), 'nguyen.van.mau')
  for (const name of ['', 'system', 'System', 'tên có dấu', 'a b', '.dau-cham', 'a'.repeat(64), "a'--", 'a/b'])
    assert.ok(!AccountName.safeParse(name).success, name)
})

test('a password may not hold the name of its account, nor be the first that anybody tries', () => {
  assert.ok(faultOfPassword('toi-la-lanhdao-day', 'lanhdao'))
  assert.ok(faultOfPassword('aaaaaaaaaaaa', 'lanhdao'))
  assert.ok(faultOfPassword('Password123', 'lanhdao'))
  assert.equal(faultOfPassword('bien-xanh-cat-trang', 'lanhdao'), undefined)
})

const grants: Grants = new Map([
  ['indicator:read', new Set<Role>(['leader', 'officer'])],
  ['account:manage', new Set<Role>(['administrator'])],
])

/** By the grounds that the guard goes by. */
function permissionsOf(held: readonly { role: Role; reach: Reach }[], grants: Grants, scopes?: readonly string[]) {
  const grounds = held.map(({ role, reach }) => ({
    kind: 'role' as const,
    role,
    organisations: [],
    reach,
    permissions: permissionsOfRole(role, grants),
  }))
  return permissionsBy(scopes ? groundsWithin(grounds, scopes, grants, {}) : grounds)
}

test('permissions are what the roles hold, joined over the organisations they reach, narrowed by scopes', () => {
  const held = [
    { role: 'leader' as const, reach: new Set(['A', 'B']) },
    { role: 'officer' as const, reach: new Set(['C']) },
  ]
  assert.deepEqual(permissionsOf(held, grants), new Map([['indicator:read', new Set(['A', 'B', 'C'])]]))
  assert.deepEqual(permissionsOf(held, grants, ['account:manage']), new Map())
  assert.equal(permissionsOf([...held, { role: 'leader', reach: 'all' }], grants).get('indicator:read'), 'all')
})

test('more roles never permit less, and scopes never permit more', () => {
  const reach: fc.Arbitrary<Reach> = fc.oneof(
    fc.constant<Reach>('all'),
    fc.uniqueArray(fc.constantFrom('A', 'B', 'C')).map((codes) => new Set(codes)),
  )
  const held = fc.array(fc.record({ role: fc.constantFrom(...roles), reach }))
  const covers = (outer: Reach, inner: Reach) =>
    outer === 'all' || (inner !== 'all' && [...inner].every((code) => outer.has(code)))
  fc.assert(
    fc.property(held, held, fc.uniqueArray(fc.constantFrom(...grants.keys())), (some, more, scopes) => {
      const small = permissionsOf(some, grants)
      const large = permissionsOf([...some, ...more], grants)
      for (const [permission, reached] of small) assert.ok(covers(large.get(permission) ?? new Set(), reached))
      for (const [permission, reached] of permissionsOf(some, grants, scopes)) {
        assert.ok(scopes.includes(permission))
        assert.deepEqual(reached, small.get(permission))
      }
    }),
  )
})
