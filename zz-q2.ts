import { openPool } from '#platform/sql'
const sql = openPool('postgres://tram_owner:6b19f4c1db6af7417d17e65a2a3cfec245b27785265076d4@127.0.0.1:34653/tram', { max: 1 })
console.log(await sql`select t.identifier, count(*), max(j.run_at) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id=j.task_id group by 1 order by 2 desc limit 20`)
console.log(await sql`select count(*) from alerts.move`)
await sql.end()
