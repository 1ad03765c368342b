create schema notifications;

-- Settings of the pack (notifications.yaml): one row.
create table notifications.setting (
  only_one boolean primary key default true check (only_one),
  pack_sha256 text not null,
  body jsonb not null
);

-- One message to one person: a line of his inbox, in the words it was given when it came.
create table notifications.notice (
  id bigint generated always as identity primary key,
  -- The same for all who got it together.
  message uuid not null,
  account text not null,
  code text not null,
  language text not null check (language in ('vi', 'en')),
  subject text not null check (length(subject) <= 300),
  body text not null check (length(body) <= 6000),
  url text not null check (length(url) <= 2000),
  urgency text not null check (urgency in ('routine', 'urgent', 'grave')),
  dedupe_key text check (length(dedupe_key) <= 300),
  created_at timestamptz not null,
  -- Reading is acknowledging.
  read_at timestamptz,
  -- Waits to be told in a digest from then on.
  digest_due_at timestamptz
);
create unique index notice_once on notifications.notice (account, dedupe_key) where dedupe_key is not null;
create index notice_of_account on notifications.notice (account, id desc);
create index notice_unread on notifications.notice (account, id desc) where read_at is null;
create index notice_of_key on notifications.notice (dedupe_key) where dedupe_key is not null;
create index notice_of_message on notifications.notice (message);
create index notice_recent on notifications.notice (account, created_at);
create index notice_for_digest on notifications.notice (digest_due_at, account) where digest_due_at is not null;
create index notice_by_age on notifications.notice (created_at);

-- One message on its way over one channel outside this program.
create table notifications.delivery (
  id bigint generated always as identity primary key,
  -- The same at each attempt, so that the other side can tell a repetition: the Message-ID of a mail.
  key uuid not null unique default gen_random_uuid(),
  channel text not null check (channel in ('email', 'sms', 'zalo', 'call', 'webhook')),
  -- Nobody: the installation's own webhook.
  account text,
  -- Where its reader worked when it was made: whose administrators may see what became of it.
  organisation text,
  -- None: a digest, or the webhook.
  notice bigint references notifications.notice on delete cascade,
  code text not null,
  language text not null check (language in ('vi', 'en')),
  subject text not null check (length(subject) <= 300),
  body text not null check (length(body) <= 60000),
  url text not null,
  urgency text not null check (urgency in ('routine', 'urgent', 'grave')),
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'received', 'failed', 'unneeded')),
  -- When it may be tried; while it is being sent, when whoever sends it is given up for dead.
  due_at timestamptz not null,
  -- By whom it must not have been read by then: nobody at all, its own reader, or any of those who got it together.
  unless_read text not null check (unless_read in ('never', 'self', 'anybody')),
  attempts integer not null default 0,
  -- Of them, those since it was last put back into the queue by hand.
  tries integer not null default 0,
  -- Why it is not there yet: a code, and what the other side said.
  fault text,
  fault_words text check (length(fault_words) <= 300),
  -- The other side's number of it, for its receipts.
  provider_code text check (length(provider_code) <= 200),
  created_at timestamptz not null,
  sent_at timestamptz,
  received_at timestamptz,
  changed_at timestamptz not null
);
create unique index delivery_once on notifications.delivery (notice, channel) where notice is not null;
-- Grave ones first.
create index delivery_due on notifications.delivery (channel, (urgency <> 'grave'), due_at, id) where state in ('waiting', 'sending');
create index delivery_waiting_of on notifications.delivery (account) where state in ('waiting', 'sending');
create index delivery_of_account on notifications.delivery (account, id desc);
create index delivery_by_state on notifications.delivery (state, id desc);
-- Those that may need another channel in their place.
create index delivery_failed on notifications.delivery (changed_at) where state = 'failed' and notice is not null;
create index delivery_by_age on notifications.delivery (created_at);

-- Every try. One without an end belongs to a process that died on the way.
create table notifications.attempt (
  delivery bigint not null references notifications.delivery on delete cascade,
  number integer not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('sent', 'fault', 'refused')),
  fault text,
  fault_words text check (length(fault_words) <= 300),
  primary key (delivery, number)
);

create table notifications.preference (
  account text primary key,
  language text not null check (language in ('vi', 'en')),
  -- Local times of day; none: no quiet hours.
  quiet_from text check (quiet_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  quiet_to text check (quiet_to ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  quiet_days_off boolean not null,
  digest text not null check (digest in ('none', 'hourly', 'daily')),
  -- Code of a template → the channels chosen for it.
  channels jsonb not null,
  changed_at timestamptz not null,
  check ((quiet_from is null) = (quiet_to is null))
);

-- The administrator's own words of a template, in versions; the last one counts. Without words the template's own stand again.
create table notifications.wording (
  code text not null,
  language text not null check (language in ('vi', 'en')),
  version integer not null,
  subject text check (length(subject) <= 200),
  body text check (length(body) <= 4000),
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (code, language, version),
  check ((subject is null) = (body is null))
);
