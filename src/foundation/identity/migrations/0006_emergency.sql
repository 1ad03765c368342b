-- Which applications live on a session is read from the provider's own sessions.
create index provider_artifact_by_session on identity.provider_artifact (session) where session is not null;

-- Powers for an emergency: asked by one, approved by another, for hours, reviewed afterwards by a third.
create table identity.emergency (
  id uuid primary key default gen_random_uuid(),
  account text not null references identity.account,
  role text not null check (role in ('leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor')),
  -- '*' reaches every organisation.
  organisation text not null,
  -- At most four hours.
  minutes integer not null check (minutes between 15 and 240),
  reason text not null check (reason <> ''),
  asked_at timestamptz not null,
  decided_by text references identity.account,
  decided_at timestamptz,
  approved boolean,
  -- Of an approved one: when it ends by itself, and when it did end.
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  reviewed_by text references identity.account,
  reviewed_at timestamptz,
  conclusion text,
  check (decided_by <> account and reviewed_by <> account),
  check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (approved is null)),
  check ((ends_at is not null) = coalesce(approved, false)),
  check (ended_at is null or ends_at is not null),
  check ((reviewed_by is null) = (reviewed_at is null) and (reviewed_by is null) = (conclusion is null)),
  check (reviewed_by is null or ended_at is not null)
);
create index emergency_in_force on identity.emergency (account) where ends_at is not null and ended_at is null;
create index emergency_by_time on identity.emergency (asked_at);
