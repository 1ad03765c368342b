-- The absent colleague for whom `actor` stood in; part of what the commitment is made over wherever there is one.
alter table ledger.entry add column on_behalf_of text check (on_behalf_of <> '');
