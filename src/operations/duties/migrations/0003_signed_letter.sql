-- The digital signature on an issued letter: the request under way or done, how often it was asked for, and the signed file that is sent.
alter table duties.reminder add column signing_code text;
alter table duties.reminder add column signing_count int not null default 0;
alter table duties.reminder add column signed_sha256 text check (signed_sha256 ~ '^[0-9a-f]{64}$');
