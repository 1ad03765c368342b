-- What a brief was composed of: all that was known by this moment; before it is made for one that is made later than it is due.
alter table centre.brief
  add column known_at timestamptz,
  -- Who asked for a brief of which none had been made; absent: the program made it by itself.
  add column asked_by text,
  add column asked_name text;
update centre.brief set known_at = made_at;
alter table centre.brief alter column known_at set not null, add check ((asked_by is null) = (asked_name is null));
