-- Code printed on a document that will be given out when all have signed it.
alter table signing.request add column public_code text unique check (public_code ~ '^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$');
