-- When bytes began to come, by the wall clock: a year that is told afterwards is received on days long past.
alter table warehouse.landing add column begun_at timestamptz not null default now();
