create schema worklist;

-- What waits for somebody. The owner opens and closes it; people claim it, release it and hand it over.
create table worklist.item (
  id bigint primary key generated always as identity,
  capability text not null,
  kind text not null,
  code text not null,
  title text not null check (title <> ''),
  -- Title and code in lower case without diacritics.
  search_key text not null,
  organisation text not null,
  -- Who holds it over the organisation may see and claim the item.
  permission text not null,
  -- A path of this program.
  url text not null check (url ~ '^/([^/\\]|$)'),
  grave boolean not null,
  due_at timestamptz,
  -- What is due at no time comes last.
  due_order timestamptz not null generated always as (coalesce(due_at, 'infinity'::timestamptz)) stored,
  -- Account of who does it; none: the unit's pile.
  holder text check (holder <> ''),
  held_since timestamptz,
  -- Whom the owner named when it last opened the item: naming him again does not undo a hand-over.
  owner_assignee text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  unique (capability, kind, code)
);
create index item_of_holder on worklist.item (holder, due_order, id) where closed_at is null and holder is not null;
create index item_of_pile on worklist.item (permission, organisation, due_order, id) where closed_at is null and holder is null;
create index item_of_unit on worklist.item (organisation, due_order, id) include (holder) where closed_at is null;

-- How many open items there are, by who holds them ('' is nobody) and the hour in which they fall due. Written by the statements that
-- change items, in their transaction, and only ever added to by them: no two wait for one another, and the sum of the rows is right at
-- any moment. A job folds the added rows into one a key. Counts of what is late are sums over past hours and a look at the present one.
create table worklist.tally (
  id bigint primary key generated always as identity,
  holder text not null,
  organisation text not null,
  permission text not null,
  capability text not null,
  kind text not null,
  due_hour timestamptz not null,
  items int not null,
  folded boolean not null default false
);
create index tally_by_holder on worklist.tally (holder, organisation, due_hour);
create index tally_by_organisation on worklist.tally (organisation, holder);
create index tally_by_hour on worklist.tally (due_hour);
create index tally_added on worklist.tally (id) where not folded;
create unique index tally_folded on worklist.tally (holder, organisation, permission, capability, kind, due_hour) where folded;

create function worklist.keep_tally() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into worklist.tally (holder, organisation, permission, capability, kind, due_hour, items)
    select coalesce(holder, ''), organisation, permission, capability, kind, date_bin('1 hour', due_order, 'epoch'::timestamptz), count(*)
    from added where closed_at is null
    group by 1, 2, 3, 4, 5, 6;
  elsif tg_op = 'DELETE' then
    insert into worklist.tally (holder, organisation, permission, capability, kind, due_hour, items)
    select coalesce(holder, ''), organisation, permission, capability, kind, date_bin('1 hour', due_order, 'epoch'::timestamptz), -count(*)
    from gone where closed_at is null
    group by 1, 2, 3, 4, 5, 6;
  else
    insert into worklist.tally (holder, organisation, permission, capability, kind, due_hour, items)
    select coalesce(holder, ''), organisation, permission, capability, kind, date_bin('1 hour', due_order, 'epoch'::timestamptz), sum(step)
    from (
      select holder, organisation, permission, capability, kind, due_order, -1 as step from gone where closed_at is null
      union all
      select holder, organisation, permission, capability, kind, due_order, 1 from added where closed_at is null
    ) changed
    group by 1, 2, 3, 4, 5, 6
    having sum(step) <> 0;
  end if;
  return null;
end $$;

create trigger item_added after insert on worklist.item
  referencing new table as added for each statement execute function worklist.keep_tally();
create trigger item_changed after update on worklist.item
  referencing old table as gone new table as added for each statement execute function worklist.keep_tally();
create trigger item_gone after delete on worklist.item
  referencing old table as gone for each statement execute function worklist.keep_tally();
create function worklist.refuse_truncating() returns trigger language plpgsql as $$
begin
  raise exception 'worklist.item is counted row by row: truncate refused';
end $$;
create trigger no_truncating before truncate on worklist.item for each statement execute function worklist.refuse_truncating();

-- Up to when what became late has been told to open screens.
create table worklist.waking (
  single boolean primary key default true check (single),
  woken_at timestamptz not null
);
