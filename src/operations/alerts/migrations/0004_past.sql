-- How alerts and silences stood at an earlier moment. The row itself stands so since `since`; how it stood before is kept in stretches that
-- follow one another without a gap, to the minute: what changes several times within one leaves one stretch.
alter table alerts.alert add column since timestamptz;

create table alerts.alert_past (
  alert_id bigint not null references alerts.alert,
  since timestamptz not null,
  until timestamptz not null,
  headline text not null,
  search_key text not null,
  severity text not null,
  rank smallint not null generated always as (case severity when 'critical' then 1 when 'high' then 2 when 'medium' then 3 else 4 end) stored,
  state text not null,
  area text,
  longitude float8,
  latitude float8,
  labels jsonb not null,
  annotations jsonb not null,
  subject jsonb,
  starts_at timestamptz not null,
  last_at timestamptz not null,
  count int not null,
  ended_at timestamptz,
  owner text,
  acknowledged_by text,
  acknowledged_at timestamptz,
  due_at timestamptz,
  escalation int not null,
  notified_at timestamptz,
  silence_id uuid,
  inhibited_by text,
  flapping_since timestamptz,
  verdict text,
  duplicate_of text,
  closed_at timestamptz,
  closed_by text,
  close_reason text,
  calls int not null,
  is_calling boolean not null,
  primary key (alert_id, since),
  check (until > since)
);
-- What stood at a moment, whichever alert it is of.
create index alert_past_at on alerts.alert_past using gist (tstzrange(since, until));

-- Where alerts were there before this was kept: until when only states, holders and ends of them are known. One row or none.
create table alerts.past_kept (
  only_row boolean primary key default true check (only_row),
  since timestamptz not null
);
insert into alerts.past_kept (since) select now() from (select from alerts.alert limit 1) a;

insert into alerts.alert_past (alert_id, since, until, headline, search_key, severity, state, area, longitude, latitude, labels, annotations,
  subject, starts_at, last_at, count, ended_at, owner, escalation, notified_at, silence_id, flapping_since, verdict, closed_at, closed_by,
  close_reason, calls, is_calling)
select a.id, s.since, s.until, a.headline, a.search_key, a.severity, s.state, a.area, a.longitude, a.latitude, a.labels, a.annotations,
  a.subject, a.starts_at, a.last_at, a.count, case when s.has_ended then a.ended_at end,
  case when s.state <> 'new' then s.owner end, s.step, case when a.notified_at <= s.since then a.notified_at end, s.silence, s.flapping_since,
  s.verdict, case when s.state = 'closed' then a.closed_at end, case when s.state = 'closed' then a.closed_by end,
  case when s.state = 'closed' then a.close_reason end, 0, false
from alerts.alert a
cross join lateral (
  select m.since, lead(m.since) over (order by m.since) as until, m.state, m.owner, coalesce(m.step, 0) as step, m.has_ended, m.silence,
    m.flapping_since, m.verdict
  from (
    select e.at as since,
      coalesce((select case p.deed when 'raised' then 'new' when 'lapsed' then 'new' else p.deed end from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.deed in ('raised', 'acknowledged', 'lapsed', 'working', 'waiting', 'closed')
        order by p.id desc limit 1), 'new') as state,
      (select coalesce(p.detail->>'to', p.actor) from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.deed in ('acknowledged', 'assigned', 'working', 'waiting')
        order by p.deed = 'assigned' or p.deed = 'acknowledged' desc, p.id desc limit 1) as owner,
      (select max((p.detail->>'step')::int) from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.deed = 'escalated') as step,
      exists (select from alerts.alert_event p where p.alert_id = a.id and p.at <= e.at and p.deed = 'ended') as has_ended,
      (select (p.detail->>'silence')::uuid from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.deed = 'silenced' order by p.id desc limit 1) as silence,
      (select case p.deed when 'flapping' then p.at end from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.deed in ('flapping', 'steadied') order by p.id desc limit 1) as flapping_since,
      (select p.detail->>'verdict' from alerts.alert_event p
        where p.alert_id = a.id and p.at <= e.at and p.detail->>'verdict' is not null order by p.id desc limit 1) as verdict
    from (select distinct at from alerts.alert_event where alert_id = a.id) e) m) s
where s.until > s.since;

-- As it stands now since it was last told of; what was changed without a word since (a count, a clock) was so from now on.
update alerts.alert a set since = coalesce(case when a.closed_at is not null then e.at end, greatest(e.at, now()), a.raised_at)
from (select b.id, max(v.at) as at from alerts.alert b left join alerts.alert_event v on v.alert_id = b.id group by b.id) e
where e.id = a.id;
-- The stretch from the last word to now.
insert into alerts.alert_past (alert_id, since, until, headline, search_key, severity, state, area, longitude, latitude, labels, annotations,
  subject, starts_at, last_at, count, ended_at, owner, acknowledged_by, acknowledged_at, escalation, notified_at, silence_id, inhibited_by,
  flapping_since, verdict, duplicate_of, closed_at, closed_by, close_reason, calls, is_calling)
select a.id, e.at, a.since, a.headline, a.search_key, a.severity, a.state, a.area, a.longitude, a.latitude, a.labels, a.annotations,
  a.subject, a.starts_at, a.last_at, a.count, a.ended_at, a.owner, a.acknowledged_by, a.acknowledged_at, a.escalation, a.notified_at,
  a.silence_id, a.inhibited_by, a.flapping_since, a.verdict, a.duplicate_of, a.closed_at, a.closed_by, a.close_reason, a.calls, a.is_calling
from alerts.alert a
join lateral (select max(v.at) as at from alerts.alert_event v where v.alert_id = a.id) e on e.at < a.since;
alter table alerts.alert alter column since set not null;

create function alerts.keep_past() returns trigger language plpgsql as $$
begin
  if new.since <= old.since
    -- Several changes within a minute are one; what stood at its very beginning is kept.
    or (date_trunc('minute', new.since) = date_trunc('minute', old.since) and old.since <> date_trunc('minute', old.since))
    or (new.headline, new.severity, new.state, new.area, new.longitude, new.latitude, new.labels, new.annotations, new.subject, new.starts_at,
        new.last_at, new.count, new.ended_at, new.owner, new.acknowledged_by, new.acknowledged_at, new.due_at, new.escalation,
        new.notified_at, new.silence_id, new.inhibited_by, new.flapping_since, new.verdict, new.duplicate_of, new.closed_at, new.calls,
        new.is_calling)
      is not distinct from
       (old.headline, old.severity, old.state, old.area, old.longitude, old.latitude, old.labels, old.annotations, old.subject, old.starts_at,
        old.last_at, old.count, old.ended_at, old.owner, old.acknowledged_by, old.acknowledged_at, old.due_at, old.escalation,
        old.notified_at, old.silence_id, old.inhibited_by, old.flapping_since, old.verdict, old.duplicate_of, old.closed_at, old.calls,
        old.is_calling)
  then
    new.since := old.since;
    return new;
  end if;
  insert into alerts.alert_past (alert_id, since, until, headline, search_key, severity, state, area, longitude, latitude, labels, annotations,
    subject, starts_at, last_at, count, ended_at, owner, acknowledged_by, acknowledged_at, due_at, escalation, notified_at, silence_id,
    inhibited_by, flapping_since, verdict, duplicate_of, closed_at, closed_by, close_reason, calls, is_calling)
  values (old.id, old.since, new.since, old.headline, old.search_key, old.severity, old.state, old.area, old.longitude, old.latitude,
    old.labels, old.annotations, old.subject, old.starts_at, old.last_at, old.count, old.ended_at, old.owner, old.acknowledged_by,
    old.acknowledged_at, old.due_at, old.escalation, old.notified_at, old.silence_id, old.inhibited_by, old.flapping_since, old.verdict,
    old.duplicate_of, old.closed_at, old.closed_by, old.close_reason, old.calls, old.is_calling);
  return new;
end $$;
create trigger keep_past before update on alerts.alert for each row when (new.since <> old.since) execute function alerts.keep_past();

-- A silence stands as it does since `updated_at`.
create table alerts.silence_past (
  id uuid not null references alerts.silence,
  since timestamptz not null,
  until timestamptz not null,
  matchers jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null,
  primary key (id, since),
  check (until > since)
);
create index silence_past_until on alerts.silence_past (until);

create function alerts.keep_past_silence() returns trigger language plpgsql as $$
begin
  insert into alerts.silence_past (id, since, until, matchers, starts_at, ends_at, reason)
  values (old.id, old.updated_at, new.updated_at, old.matchers, old.starts_at, old.ends_at, old.reason);
  return new;
end $$;
create trigger keep_past before update on alerts.silence
  for each row when (new.updated_at > old.updated_at) execute function alerts.keep_past_silence();
