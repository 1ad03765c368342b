-- How a calendar stood before each change, whole: in force at a moment is the first of these that ended after it, else what stands now.
create table calendar.former (
  id bigint generated always as identity primary key,
  calendar text not null,
  until timestamptz not null,
  body jsonb not null
);
create index former_of on calendar.former (calendar, until, id);
