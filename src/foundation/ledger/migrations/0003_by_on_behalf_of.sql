-- Who asks for the deeds of an account asks for those done in its name too.
create index entry_by_on_behalf_of on ledger.entry (on_behalf_of, id) where on_behalf_of is not null;
