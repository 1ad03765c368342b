import { openPool } from '#platform/sql'
const sql = openPool('postgres://tram_owner:6b19f4c1db6af7417d17e65a2a3cfec245b27785265076d4@127.0.0.1:34653/tram', { max: 1 })
console.log(await sql`select code, state, severity, ended_at, notified_at, is_calling, calls, inhibited_by, silence_id, flapping_since, due_at, escalation from alerts.alert where severity='critical' and closed_at is null`)
console.log(await sql`select key, state, about, started_at, next_at from incidents.call_out`)
console.log(await sql`select t.identifier, j.run_at, j.attempts, left(j.last_error, 200) as e from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id=j.task_id order by j.run_at limit 20`)
await sql.end()
