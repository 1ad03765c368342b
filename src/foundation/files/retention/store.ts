import type { Sql } from '#platform/sql'

export interface Rule {
  use: string
  title: string
  years: number | null
  citation: string
  verified: boolean
}

export async function upsertRule(sql: Sql, rule: Rule): Promise<void> {
  await sql`
    insert into files.retention (use, title, years, citation, verified)
    values (${rule.use}, ${rule.title}, ${rule.years}, ${rule.citation}, ${rule.verified})
    on conflict (use) do update
      set title = excluded.title, years = excluded.years, citation = excluded.citation, verified = excluded.verified
      where files.retention.changed_at is null`
}

export interface Volume extends Rule {
  keepings: number
  contents: number
  bytes: number
  /** Whose time ends within a year. */
  ending: number
}

export function listVolumes(sql: Sql, today: string): Promise<Volume[]> {
  return sql<Volume[]>`
    select coalesce(r.use, v.use) as use, coalesce(r.title, v.use) as title, r.years, coalesce(r.citation, '') as citation,
      coalesce(r.verified, false) as verified, coalesce(v.keepings, 0)::int as keepings, coalesce(v.contents, 0)::int as contents,
      coalesce(v.bytes, 0)::bigint as bytes, coalesce(v.ending, 0)::int as ending
    from files.retention r full join (
      select use, sum(keepings) as keepings, count(*) as contents, sum(size_bytes) as bytes, sum(ending) as ending
      from (
        select k.use, k.sha256, c.size_bytes, count(*) as keepings,
          count(*) filter (where k.ends_on < ${today}::date + 365) as ending
        from files.keeping k join files.content c using (sha256)
        where k.disposed_in is null group by k.use, k.sha256, c.size_bytes
      ) one group by use
    ) v using (use) order by 1`
}

export interface Hold {
  id: number
  sha256: string
  name: string
  reason: string
  document: string
  placedBy: string
  placedAt: Date
}

export function listHolds(sql: Sql, limit: number): Promise<Hold[]> {
  return sql<Hold[]>`
    select h.id, h.sha256, c.first_name as name, h.reason, h.document, h.placed_by, h.placed_at
    from files.hold h join files.content c using (sha256) where h.lifted_at is null order by h.id desc limit ${limit}`
}

export async function insertHold(sql: Sql, hold: Omit<Hold, 'id' | 'name'>): Promise<void> {
  await sql`
    insert into files.hold (sha256, reason, document, placed_by, placed_at)
    values (${hold.sha256}, ${hold.reason}, ${hold.document}, ${hold.placedBy}, ${hold.placedAt})`
}

/** The content it held; nothing where it is lifted already. */
export async function liftHold(sql: Sql, id: number, lifted: { by: string; at: Date; why: string }) {
  const [row] = await sql<{ sha256: string }[]>`
    update files.hold set lifted_by = ${lifted.by}, lifted_at = ${lifted.at}, lifted_why = ${lifted.why}
    where id = ${id} and lifted_at is null returning sha256`
  return row?.sha256
}

export interface Disposal {
  id: number
  drawnBy: string
  drawnAt: Date
  untilOn: string
  state: 'drawn' | 'approved' | 'dropped'
  decidedBy: string | null
  decidedAt: Date | null
  document: string | null
  items: number
  disposed: number
}

export function listDisposals(sql: Sql, limit: number): Promise<Disposal[]> {
  return sql<Disposal[]>`
    select d.id, d.drawn_by, d.drawn_at, d.until_on::text, d.state, d.decided_by, d.decided_at, d.document,
      (select count(*)::int from files.disposal_item i where i.disposal = d.id) as items,
      (select count(*)::int from files.disposal_item i where i.disposal = d.id and i.outcome = 'disposed') as disposed
    from files.disposal d order by d.id desc limit ${limit}`
}

/** Everything whose last day is past, but what is held or stands on a list that waits. */
export async function insertDisposal(
  sql: Sql,
  drawn: { by: string; at: Date; untilOn: string; most: number },
): Promise<{ id: number; items: number } | undefined> {
  const [row] = await sql<{ id: number; items: number }[]>`
    with due as (
      select k.id from files.keeping k
      where k.disposed_in is null and k.ends_on < ${drawn.untilOn}
        and not exists (select from files.hold h where h.sha256 = k.sha256 and h.lifted_at is null)
        and not exists (
          select from files.disposal_item i join files.disposal d on d.id = i.disposal
          where i.keeping = k.id and d.state = 'drawn')
      order by k.ends_on, k.id limit ${drawn.most}
    ), made as (
      insert into files.disposal (drawn_by, drawn_at, until_on)
      select ${drawn.by}, ${drawn.at}, ${drawn.untilOn} where exists (select from due) returning id
    ), listed as (
      insert into files.disposal_item (disposal, keeping) select made.id, due.id from made, due returning disposal
    )
    select made.id, (select count(*)::int from listed) as items from made`
  return row
}

export async function lockDisposal(sql: Sql, id: number) {
  const [row] = await sql<Pick<Disposal, 'drawnBy' | 'state' | 'untilOn'>[]>`
    select drawn_by, state, until_on::text from files.disposal where id = ${id} for update`
  return row
}

export interface Item {
  keeping: number
  sha256: string
  name: string
  use: string
  keptAt: Date
  endsOn: string
  sizeBytes: number
  isHeld: boolean
  outcome: string | null
}

export function listItems(sql: Sql, disposal: number, limit: number): Promise<Item[]> {
  return sql<Item[]>`
    select k.id as keeping, k.sha256, k.name, k.use, k.kept_at, k.ends_on::text, c.size_bytes, i.outcome,
      exists (select from files.hold h where h.sha256 = k.sha256 and h.lifted_at is null) as is_held
    from files.disposal_item i join files.keeping k on k.id = i.keeping join files.content c using (sha256)
    where i.disposal = ${disposal} order by k.ends_on, k.id limit ${limit}`
}

export async function decideDisposal(
  sql: Sql,
  id: number,
  decided: { state: 'approved' | 'dropped'; by: string; at: Date; document: string | null },
): Promise<void> {
  await sql`
    update files.disposal
    set state = ${decided.state}, decided_by = ${decided.by}, decided_at = ${decided.at}, document = ${decided.document}
    where id = ${id}`
}

/** Ends one keeping; true when nobody keeps the content any more, whose bytes then go. */
export async function endKeeping(sql: Sql, disposal: number, item: Item, at: Date): Promise<boolean> {
  await sql`update files.keeping set disposed_in = ${disposal} where id = ${item.keeping}`
  const gone = await sql`
    insert into files.disposed (sha256, disposal, at)
    select ${item.sha256}, ${disposal}, ${at}
    where not exists (select from files.keeping where sha256 = ${item.sha256} and disposed_in is null)
    on conflict do nothing returning sha256`
  return gone.length > 0
}

export async function setOutcome(sql: Sql, disposal: number, keeping: number, outcome: string): Promise<void> {
  await sql`
    update files.disposal_item set outcome = ${outcome} where disposal = ${disposal} and keeping = ${keeping}`
}

export async function isHeld(sql: Sql, sha256: string): Promise<boolean> {
  const [row] = await sql`select from files.hold where sha256 = ${sha256} and lifted_at is null limit 1`
  return row !== undefined
}

/** When its bytes went by right. */
export async function findDisposed(sql: Sql, sha256: string): Promise<Date | undefined> {
  const [row] = await sql<{ at: Date }[]>`select at from files.disposed where sha256 = ${sha256}`
  return row?.at
}

/** It was sent once more: it is kept again. */
export async function deleteDisposed(sql: Sql, sha256: string): Promise<void> {
  await sql`delete from files.disposed where sha256 = ${sha256}`
}
