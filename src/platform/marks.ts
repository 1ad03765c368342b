import type { Sql } from '#platform/sql'

/** Facts about the installation itself: whether it is a demonstration, what has been seeded, how far a feed has come. */
export type Mark = 'mode' | `seeded:${string}` | `fed:${string}`

export async function findMark(sql: Sql, name: Mark): Promise<string | undefined> {
  const [row] = await sql<{ value: string }[]>`select value from platform.mark where name = ${name}`
  return row?.value
}

export async function setMark(sql: Sql, name: Mark, value: string): Promise<void> {
  await sql`
    insert into platform.mark (name, value) values (${name}, ${value})
    on conflict (name) do update set value = excluded.value, set_at = now()`
}
