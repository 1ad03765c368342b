-- How many call-outs the alert has begun, each with a key of its own, and whether one of them goes on.
alter table alerts.alert add column calls int not null default 0;
alter table alerts.alert add column is_calling boolean not null default false;
create index alert_calling on alerts.alert (id) where is_calling;
