-- Where messages reach a person; the person's own, to be changed at the page of the account.
alter table identity.account add column email text check (email ~ '^[^@\s]+@[^@\s]+$');
alter table identity.account add column phone text check (phone ~ '^\+?[0-9]{8,15}$');
