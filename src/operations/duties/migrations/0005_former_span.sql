-- A duty that has changed since a moment at which it was there already is found by the span in which it stood otherwise.
alter table duties.duty_former add column opened_at timestamptz;
update duties.duty_former f set opened_at = d.opened_at from duties.duty d where d.id = f.duty_id;
create index duty_former_span on duties.duty_former using gist (tstzrange(opened_at, greatest(opened_at, until)));
drop index duties.duty_former_until;
