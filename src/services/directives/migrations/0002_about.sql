-- What lies behind the source: a task given from an alert is about the number or project of which the alert speaks, and is found there too.
alter table directives.directive add column about_kind text, add column about_code text,
  add check ((about_kind is null) = (about_code is null));
create index directive_about on directives.directive (about_kind, about_code) where about_kind is not null;
