create schema if not exists indicators;

-- Definitions in versions; the pack's own and those edited on the page alike.
create table indicators.definition (
  code text not null,
  version int not null,
  pack text not null,
  root_organisation text not null,
  -- Time zone in which the days of its periods begin.
  time_zone text not null,
  body jsonb not null,
  -- `pack`: as the files say; `edit`: decided on the page, and no longer overwritten by the files.
  origin text not null default 'pack' check (origin in ('pack', 'edit')),
  made_by text not null,
  made_at timestamptz not null default now(),
  retired_at timestamptz,
  retired_by text,
  reason text,
  primary key (code, version)
);
create unique index definition_current on indicators.definition (code) where retired_at is null;

create table indicators.target (
  id bigint generated always as identity primary key,
  indicator text not null,
  organisation text not null,
  period text not null,
  value numeric not null,
  basis text not null,
  note text,
  origin text not null default 'pack' check (origin in ('pack', 'edit')),
  made_by text not null,
  made_at timestamptz not null default now(),
  retired_at timestamptz
);
-- What the whole country stands at, typed in from a publication: the mean, and this authority's place among how many.
create table indicators.benchmark (
  id bigint generated always as identity primary key,
  indicator text not null,
  period text not null,
  mean numeric,
  rank int,
  of_units int,
  basis text not null,
  made_by text not null,
  made_at timestamptz not null default now(),
  retired_at timestamptz,
  check (mean is not null or rank is not null),
  check (rank is null or (rank >= 1 and of_units >= rank))
);
create unique index benchmark_current on indicators.benchmark (indicator, period) where retired_at is null;

create unique index target_current on indicators.target (indicator, organisation, period) where retired_at is null;

-- Who stands below whom, and when: the closure of the organisations' and the areas' trees, kept here so that sums climb them by sets.
-- A row for each of them and itself; days are inclusive.
create table indicators.organisation_scope (
  organisation text not null,
  ancestor text not null,
  depth int not null,
  valid_from date not null default '-infinity',
  valid_to date not null default 'infinity',
  primary key (organisation, ancestor, valid_from)
);
create index organisation_scope_ancestor on indicators.organisation_scope (ancestor);

create table indicators.area_scope (
  area text not null,
  ancestor text not null,
  depth int not null,
  primary key (area, ancestor)
);
create index area_scope_ancestor on indicators.area_scope (ancestor);

-- The reporting periods in which a day lies, for the days that have been asked.
create table indicators.day_period (
  day date not null,
  kind text not null,
  period text not null,
  from_on date not null,
  to_on date not null,
  primary key (day, kind)
);
create index day_period_period on indicators.day_period (kind, period);

-- Measures that read the same records by the same date are summed in one scan and kept in one row of sums. `measures` is the list of
-- what is summed, {where, of}: the place of a measure in it is its place in the arrays of the cells. Places are never given away again.
create table indicators.cell_group (
  id int generated always as identity primary key,
  -- Kind, date field, sources and time zone, as JSON.
  key text not null unique,
  measures jsonb not null
);

-- The finest grain of computed indicators: the sums of a group over the records of one organisation, area and day ('-infinity' = stock
-- as of now). base_count: all records of its sources there, whether they meet the conditions of a measure or not.
create table indicators.cell (
  group_id int not null references indicators.cell_group,
  organisation text not null,
  area text not null default '',
  day date not null,
  amounts numeric[] not null,
  counts bigint[] not null,
  base_count bigint not null,
  observed_at timestamptz,
  received_at timestamptz,
  primary key (group_id, organisation, day, area)
);
create index cell_area on indicators.cell (group_id, area, day) where area <> '';

-- Numbers, in versions: `superseded_at is null` is what is known now. area '' = all areas of the organisation together.
create table indicators.fact (
  id bigint generated always as identity primary key,
  indicator text not null,
  definition_version int not null,
  organisation text not null,
  area text not null default '',
  period_kind text not null,
  period text not null,
  -- First day of the period: orders and selects without parsing codes.
  period_on date not null,
  state text not null default 'value' check (state in ('value', 'no-data', 'withheld')),
  value numeric,
  numerator numeric not null default 0,
  denominator numeric not null default 0,
  -- Records behind the number; of a ratio, behind its denominator, and numerator_count behind its numerator.
  record_count bigint not null default 0,
  numerator_count bigint not null default 0,
  base_count bigint not null default 0,
  origin text not null default 'computed' check (origin in ('computed', 'typed', 'form', 'pack')),
  observed_at timestamptz,
  received_at timestamptz,
  known_at timestamptz not null default now(),
  superseded_at timestamptz,
  approved_by text,
  locked_at timestamptz,
  entry_id bigint,
  note text
)
-- Room on each page: the freshness of a number that stayed the same is written in place, past all indexes.
with (fillfactor = 80);
create unique index fact_current on indicators.fact (indicator, organisation, area, period_kind, period) where superseded_at is null;
create index fact_history on indicators.fact (indicator, organisation, area, period, known_at) where superseded_at is not null;
-- The units of one number: a single range for each card.
create index fact_units on indicators.fact (indicator, period_kind, period, organisation) where superseded_at is null and area = '';

-- Typed and form figures on their way to a fact.
create table indicators.entry (
  id bigint generated always as identity primary key,
  indicator text not null,
  organisation text not null,
  area text not null default '',
  period text not null,
  value numeric,
  -- Why there is no value, or why it lies outside the usual band.
  reason text,
  basis text,
  note text,
  origin text not null default 'typed' check (origin in ('typed', 'form', 'pack')),
  state text not null default 'draft' check (state in ('draft', 'submitted', 'returned', 'approved', 'published')),
  round int not null default 1,
  typed_by text not null,
  typed_at timestamptz not null default now(),
  approved_by text,
  approved_at timestamptz,
  published_by text,
  published_at timestamptz,
  returned_reason text,
  superseded_at timestamptz
);
create unique index entry_current on indicators.entry (indicator, organisation, area, period)
  where superseded_at is null and state <> 'published';
create unique index entry_published on indicators.entry (indicator, organisation, area, period)
  where superseded_at is null and state = 'published';
create index entry_state on indicators.entry (organisation, state) where superseded_at is null;

create table indicators.period_lock (
  id bigint generated always as identity primary key,
  indicator text not null,
  organisation text not null,
  period text not null,
  locked_by text not null,
  locked_at timestamptz not null default now(),
  reopened_by text,
  reopened_at timestamptz,
  -- Number and date of the document that allows reopening.
  reopened_basis text
);
create unique index period_lock_current on indicators.period_lock (indicator, organisation, period) where reopened_at is null;

-- What a custodian says of a number: an explanation (giải trình) or a dispute; shown on the card.
create table indicators.remark (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('explanation', 'dispute')),
  indicator text not null,
  organisation text not null,
  area text not null default '',
  period text not null,
  text text not null,
  written_by text not null,
  written_at timestamptz not null default now(),
  answer text,
  answered_by text,
  answered_at timestamptz
);
create index remark_number on indicators.remark (indicator, organisation, period);

-- Who saw which versions of which numbers when: a correction can name those who saw the old one.
create table indicators.page_view (
  id bigint generated always as identity primary key,
  account text not null,
  viewed_at timestamptz not null default now(),
  path text not null,
  facts bigint[] not null
);
create index page_view_facts on indicators.page_view using gin (facts);
create index page_view_time on indicators.page_view (viewed_at);

-- What is known of an indicator as a whole: the definition its cells were computed by, and when.
create table indicators.progress (
  indicator text primary key,
  definition_version int not null,
  computed_at timestamptz not null,
  full_at timestamptz
);

-- One row: when touches were last taken and how long that took, so that a flood of arrivals is answered by fewer, larger passes.
create table indicators.pass (
  only_row boolean primary key default true check (only_row),
  finished_at timestamptz not null default '-infinity',
  took_ms int not null default 0,
  -- Day for which the facts of stocks stand.
  rolled_on date not null default '-infinity'
);
insert into indicators.pass default values;
